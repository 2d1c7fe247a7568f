"""Write the tables of src/unit that describe the `warp` package as a name space.

`warp_names.def`: every attribute of `warp`, and every built-in function whether it is an attribute or not.
`function_counters.def`: how often each @wp.func key was taken when a module of Warp has been imported, since C++ names
of functions carry a counter that runs through the whole process.

Run without arguments to write both files, with --check to compare them with what would be written.
"""

from __future__ import annotations

import argparse
import enum
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BANNER = "// Made by scripts/export_warp_names.py from warp-lang {}. Do not edit.\n"
TYPE_CLASSES = (
    "BvhQuery BvhQueryTiled HashGridQuery MeshQuery MeshQueryAABB MeshQueryAABBTiled MeshQueryPoint MeshQueryRay "
    "Texture1D Texture2D Texture3D handle"
).split()
MODULES = (
    "warp.utils warp.types warp.config warp.build warp.constants warp.context warp.codegen warp.builtins warp.dlpack "
    "warp.fabric warp.fem warp.fem.adaptivity warp.fem.cache warp.fem.linalg warp.fem.utils warp.geometry warp.jax "
    "warp.jax_experimental warp.marching_cubes warp.math warp.optim warp.optim.adam warp.optim.linear warp.optim.sgd "
    "warp.paddle warp.render warp.sparse warp.stubs warp.tape warp.torch warp.autograd warp.build_experimental "
    "warp.examples warp.tests.unittest_utils warp.tests"
).split()

# Runs in a child process: which functions did each Python module define when MODULE was imported after warp?
PROBE = """
import collections, importlib, json, sys
import warp
import warp._src.context as context
base = dict(context.function_key_counts)
made = collections.defaultdict(collections.Counter)
plain = context.Function.__init__
def init(self, func, key, *args, **kwargs):
    before = context.function_key_counts.get(key, 0)
    plain(self, func, key, *args, **kwargs)
    added = context.function_key_counts.get(key, 0) - before
    if added:
        made[getattr(func, "__module__", None) or "?"][key] += added
context.Function.__init__ = init
name = sys.argv[1]
try:
    if name != "warp":
        importlib.import_module(name)
except Exception as error:
    print(json.dumps({"error": repr(error)}))
else:
    total = {k: n - base.get(k, 0) for k, n in context.function_key_counts.items() if n > base.get(k, 0)}
    seen = collections.Counter()
    for counter in made.values():
        seen.update(counter)
    assert dict(seen) == total, (seen, total)
    print(json.dumps({"base": base, "made": made}))
"""


def quote(text: str) -> str:
    return json.dumps(text)


def number(value: float) -> str:
    if isinstance(value, bool) or isinstance(value, int):
        return f"{float(value)!r}"
    if value != value:
        return "std::numeric_limits<double>::quiet_NaN()"
    if value in (float("inf"), float("-inf")):
        return "std::numeric_limits<double>::infinity()"
    return repr(value)


def names_table() -> str:
    import warp as wp
    import warp._src.context as context
    import warp._src.types as types

    rows = {}
    for name in dir(wp):
        if name.startswith("__"):
            continue
        value = getattr(wp, name)
        if isinstance(value, context.Function):
            rows[name] = ("Builtin", 0.0) if value.is_builtin() else ("LibraryFunction", 0.0)
        elif isinstance(value, type(sys)):
            rows[name] = ("Module", 0.0)
        elif isinstance(value, (int, float)):
            rows[name] = ("Int" if isinstance(value, int) else "Float", value)
        elif isinstance(value, type) and (types.type_is_value(value) or name in TYPE_CLASSES):
            rows[name] = ("Type", 0.0)
        else:
            rows[name] = ("Other", 0.0)
    out = [BANNER.format(wp.__version__)]
    out.append("// WARP_NAME(name, kind, value, is_builtin_key): kind None: a built-in that is not an attribute.\n")
    for name in sorted(set(rows) | set(context.builtin_functions)):
        kind, value = rows.get(name, ("None", 0.0))
        function = context.builtin_functions.get(name)
        builtin = function is not None and function.is_builtin()
        out.append(f"WARP_NAME({quote(name)}, {kind}, {number(value)}, {'true' if builtin else 'false'})\n")
    out.append("// WARP_MEMBER(class, member, value, is_enum): integers that classes of the package hold.\n")
    for name in sorted(rows):
        value = getattr(wp, name)
        if rows[name][0] != "Other" or not isinstance(value, type):
            continue
        is_enum = issubclass(value, enum.IntEnum)
        members = {m.name: m.value for m in value} if is_enum else vars(value)
        for member, number_value in members.items():
            if type(number_value) is int and not member.startswith("_"):
                flag = "true" if is_enum else "false"
                out.append(f"WARP_MEMBER({quote(name)}, {quote(member)}, {number_value}, {flag})\n")
    out.append("// WARP_CONFIG(name): attributes of warp.config.\n")
    for name in sorted(dir(wp.config)):
        if not name.startswith("__"):
            out.append(f"WARP_CONFIG({quote(name)})\n")
    return "".join(out)


def probe(module: str) -> dict:
    child = subprocess.run([sys.executable, "-W", "ignore", "-c", PROBE, module], capture_output=True, text=True)
    for line in reversed(child.stdout.splitlines()):
        if line.startswith("{"):
            return json.loads(line)
    raise SystemExit(f"probe of {module} failed:\n{child.stderr}")


def counters_table() -> str:
    import warp as wp

    base = probe("warp")["base"]
    makers: dict[str, dict[str, int]] = {}
    imports = {}
    for module in MODULES:
        result = probe(module)
        if "error" in result:
            continue
        for maker, counts in result["made"].items():
            assert makers.setdefault(maker, counts) == counts, maker
        imports[module] = sorted(result["made"])
    out = [BANNER.format(wp.__version__)]
    out.append("// FUNCTION_COUNT(maker, key, count): importing the Python module `maker` defines `key` so often.\n")
    out.append('// The maker "warp" stands for a plain `import warp`.\n')
    for key, count in sorted(base.items()):
        out.append(f'FUNCTION_COUNT("warp", {quote(key)}, {count})\n')
    for maker in sorted(makers):
        for key, count in sorted(makers[maker].items()):
            out.append(f"FUNCTION_COUNT({quote(maker)}, {quote(key)}, {count})\n")
    out.append("// IMPORTS(module, maker): importing `module` after `warp` runs `maker`.\n")
    for module in sorted(imports):
        if not imports[module]:
            out.append(f'IMPORTS({quote(module)}, "warp")\n')
        for maker in imports[module]:
            out.append(f"IMPORTS({quote(module)}, {quote(maker)})\n")
    return "".join(out)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file would change")
    arguments = parser.parse_args()
    stale = 0
    for name, make in (("warp_names.def", names_table), ("function_counters.def", counters_table)):
        path = ROOT / "src" / "unit" / name
        text = make()
        if arguments.check:
            if not path.exists() or path.read_text() != text:
                print(f"{path.relative_to(ROOT)} is out of date", file=sys.stderr)
                stale = 1
        else:
            path.write_text(text)
    return stale


if __name__ == "__main__":
    sys.exit(main())
