"""The includes of every module obey the links between modules. usage: module_links.py [ROOT]; exits 1 and lists breaches.

A module may include its own headers, those of the modules it links to, and of theirs in turn. Beside the project's own:
only `dataset` sees Arrow and zstd, and every module.cmake declares links that the table below allows.
"""

import pathlib
import re
import sys

# Module -> modules it links to. docs/architecture.md draws the same picture.
LINKS = {
    "base": [],
    "source": ["base"],
    "diagnostics": ["source"],
    "syntax": ["diagnostics"],
    "types": ["base"],
    "builtins": ["types"],
    "unit": ["syntax", "builtins"],
    "program": ["source", "builtins"],
    "lower": ["unit", "program"],
    "adjoint": ["program"],
    "emit": ["program", "adjoint"],
    "compile": ["lower", "emit"],
    "toolchain": ["base"],
    "launch": ["compile", "toolchain"],
    "generate": ["types", "builtins"],
    "mutate": ["compile", "generate"],
    "record": ["base"],
    "verify": ["record", "launch"],
    "dataset": ["record"],
    "fem": ["launch"],
}
LINKS["cli"] = sorted(LINKS)
LIBRARY_OWNERS = {"arrow": ["dataset"], "parquet": ["dataset"], "zstd": ["dataset"]}
_INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


def allowed(module):
    """The modules whose headers a module may include."""
    found, waiting = {module}, [module]
    while waiting:
        for link in LINKS[waiting.pop()]:
            if link not in found:
                found.add(link)
                waiting.append(link)
    return found


def breaches_of_file(path, module, modules):
    text = path.read_text(encoding="utf-8")
    for _, name in _INCLUDE.findall(text):
        top = name.split("/")[0].removesuffix(".h")
        owners = LIBRARY_OWNERS.get(top)
        if owners and module not in owners:
            yield f"{path}: includes <{name}>, which only {', '.join(owners)} may"
        if "/" in name and top in modules and top not in allowed(module):
            yield f"{path}: includes \"{name}\", but {module} does not link to {top}"


def breaches_of_declaration(path, module):
    text = re.sub(r"#.*", "", path.read_text(encoding="utf-8"))
    call = re.search(r"warpsmith_module\(\s*(\w+)(.*?)\)", text, re.S)
    if not call or call.group(1) != module:
        yield f"{path}: must call warpsmith_module({module} ...)"
        return
    words, links, keyword = call.group(2).split(), [], None
    for word in words:
        if word in ("LINKS", "LIBRARIES"):
            keyword = word
        elif keyword == "LINKS":
            links.append(word)
    for link in links:
        if link not in allowed(module):
            yield f"{path}: links to {link}, which the design does not allow for {module}"


def breaches(root):
    """Every breach in the sources under ROOT/src, as text."""
    modules = {p.name for p in (root / "src").iterdir() if p.is_dir()}
    for module in sorted(modules):
        if module not in LINKS:
            yield f"src/{module}: a module that has no row in tests/module_links.py"
            continue
        declaration = root / "src" / module / "module.cmake"
        if declaration.exists():
            yield from breaches_of_declaration(declaration, module)
        for path in sorted((root / "src" / module).rglob("*")):
            if path.suffix in (".h", ".cpp", ".def", ".inc"):
                yield from breaches_of_file(path, module, modules)


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent)
    found = list(breaches(root))
    print("\n".join(found) or "module links hold")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
