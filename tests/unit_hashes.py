"""Compares what `unit_dump` reads from Python files with what real Warp makes of them when it imports them.

    python tests/unit_hashes.py UNIT_DUMP [FILE...]

Without files: the inputs of the goldens, the modules under tests/units, and every module of warp.examples. For each
file the keys, sources, lines, signatures and hashes of its live kernels, the names and signatures of its functions, and
the names of its structs must be equal. Kernels that this part cannot resolve are counted and listed.
"""

from __future__ import annotations

import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "python"))

# Imports one file in a fresh process and describes the Warp module that it made.
PROBE = r"""
import importlib.util, json, pathlib, sys
import warp as wp
wp.config.quiet = True
wp.init()
import warp._src.context as context
import warp._src.types as types

def code(type):
    try:
        return types.get_type_code(type)
    except TypeError:
        return "!"

def signature(adj, arg_types):
    return [[name, code(type)] for name, type in arg_types.items() if name != "return"]

path = pathlib.Path(sys.argv[1])
name = path.stem
made, structs = [], []
plain_init = context.Function.__init__
def init(self, func, *args, **kwargs):
    plain_init(self, func, *args, **kwargs)
    if func is not None and func.__module__ == name:
        made.append(self)
context.Function.__init__ = init
import warp._src.codegen as codegen
plain_struct = codegen.Struct.__init__
def struct_init(self, key, cls, module):
    plain_struct(self, key, cls, module)
    if cls.__module__ == name:
        structs.append(self.native_name)
codegen.Struct.__init__ = struct_init
spec = importlib.util.spec_from_file_location(name, path)
python_module = importlib.util.module_from_spec(spec)
sys.modules[name] = python_module
try:
    spec.loader.exec_module(python_module)
except BaseException as error:
    print("RESULT" + json.dumps({"error": repr(error)[:300]}))
    sys.exit()
module = context.user_modules.get(name)
out = {"kernels": [], "functions": [], "structs": structs}
if module is not None:
    try:
        out["module_hash"] = module.get_module_hash().hex()
    except Exception as error:
        out["hash_error"] = repr(error)[:300]
    for kernel in module._live_kernels:
        row = dict(key=kernel.key, source=kernel.adj.source, line=kernel.adj.fun_lineno,
                   lines=len(kernel.adj.source_lines), generic=kernel.is_generic, overloads=len(kernel.overloads),
                   parameters=signature(kernel.adj, kernel.adj.arg_types),
                   nested="<locals>" in kernel.func.__qualname__)
        if kernel.hash is not None:
            row["hash"] = kernel.hash.hex()
            row["dimensions"] = kernel.adj.kernel_dim
        out["kernels"].append(row)
for function in made:
    adj = function.adj
    native_name = function.native_func + (" gradient" if adj.custom_reverse_mode else "")
    out["functions"].append(dict(key=function.key, native_name=native_name, source=adj.source,
                                 line=adj.fun_lineno, parameters=signature(adj, adj.arg_types),
                                 returns=code(adj.arg_types["return"]) if "return" in adj.arg_types else ""))
print("RESULT" + json.dumps(out))
"""


def probe(path: str) -> dict:
    child = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROBE, path], capture_output=True, text=True, timeout=300
    )
    for line in child.stdout.splitlines():
        if line.startswith("RESULT"):
            return json.loads(line[len("RESULT") :])
    return {"error": f"no result: {child.stderr[-300:]}"}


def refused(ours: dict, severity: str) -> list[dict]:
    return [d for d in ours["diagnostics"] if d["severity"].lower() == severity]


def compare(ours: dict, theirs: dict) -> tuple[list[str], dict]:
    """The differences, and counts of what was compared."""
    counts = {"kernels": 0, "functions": 0, "structs": 0, "missing": [], "modules": 0}
    if "error" in theirs:
        # Not importable on this machine: a package or a GPU is missing.
        absent = any(word in theirs["error"] for word in ("ModuleNotFoundError", "ImportError", "device identifier"))
        ok = absent or refused(ours, "rejected") or refused(ours, "unsupported")
        return ([] if ok else [f"Warp fails: {theirs['error']}"]), counts
    if "kernels" not in ours:
        return [f"not read: {ours}"], counts
    problems = [f"rejected: {d['message']}" for d in refused(ours, "rejected")]
    ours_by_key: dict[str, list[dict]] = {}
    for kernel in ours["kernels"]:
        ours_by_key.setdefault(kernel["key"], []).append(kernel)
    for kernel in theirs["kernels"]:
        if kernel["overloads"]:
            counts["missing"].append(kernel["key"])
            continue
        same = [k for k in ours_by_key.get(kernel["key"], []) if k["source"] == kernel["source"]]
        same.sort(key=lambda k: k.get("hash") != kernel.get("hash"))
        if not same:
            listed = any(name == kernel["key"] for name, _ in ours["unavailable"])
            if listed or kernel["nested"] or refused(ours, "unsupported"):
                counts["missing"].append(kernel["key"])
            else:
                problems.append(f"kernel {kernel['key']}: not found, or its source differs")
            continue
        ours_by_key[kernel["key"]].remove(same[0])
        for what in ("line", "lines", "generic", "parameters", "hash", "dimensions"):
            if what in kernel and same[0].get(what) != kernel[what]:
                if what == "hash" and (same[0]["unresolved_statics"] or not same[0]["certain"]):
                    counts["missing"].append(kernel["key"])
                    continue
                problems.append(f"kernel {kernel['key']}: {what} {same[0].get(what)}, Warp {kernel[what]}")
        counts["kernels"] += 1
    overloaded = {k["key"] for k in theirs["kernels"] if k["overloads"]}
    problems += [f"kernel {key}: not in Warp" for key, rest in ours_by_key.items() for _ in rest if key not in overloaded]
    ours_functions = {f["native_name"]: f for f in ours["functions"]}
    for function in theirs["functions"]:
        mine = ours_functions.get(function["native_name"])
        if mine is None or (mine["key"] == function["key"] and mine["line"] != function["line"] and ours["unavailable"]):
            counts["missing"].append(function["key"])
            continue
        for what, name in (("source",) * 2, ("line",) * 2, ("parameters",) * 2, ("returns", "return")):
            if mine[name] != function[what]:
                problems.append(f"function {function['native_name']}: {what} {mine[name]}, Warp {function[what]}")
        counts["functions"] += 1
    for struct in theirs["structs"]:
        if struct in ours["structs"]:
            counts["structs"] += 1
        elif any(struct.startswith(name + "_") for name, _ in ours["unavailable"]):
            counts["missing"].append(struct)
        else:
            problems.append(f"struct {struct}: not among {ours['structs']}")
    if "module_hash" in theirs and not counts["missing"] and theirs["kernels"]:
        counts["modules"] += 1
        if theirs["module_hash"] != ours["module_hash"]:
            problems.append("module hash differs")
    return problems, counts


def default_files(folder: pathlib.Path) -> list[pathlib.Path]:
    import warp
    from warpsmith import goldens

    files = sorted((ROOT / "tests" / "units").glob("*.py"))
    for golden in goldens.find(ROOT / "tests" / "goldens"):
        for section in goldens.parse(golden.read_text(encoding="utf-8")):
            if section.name == "input.py":
                path = folder / f"{golden.stem}.py"
                path.write_text(section.text, encoding="utf-8")
                files.append(path)
    examples = pathlib.Path(warp.__file__).parent / "examples"
    files += sorted(p for p in examples.rglob("*.py") if p.name != "__init__.py")
    return files


def main() -> int:
    dump = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        files = [pathlib.Path(p) for p in sys.argv[2:]] or default_files(pathlib.Path(folder))
        import warp

        environment = {**os.environ, "WARPSMITH_WARP_FOLDER": str(pathlib.Path(warp.__file__).parent)}
        run = subprocess.run([dump, *map(str, files)], capture_output=True, text=True, check=True, env=environment)
        lines = run.stdout.splitlines()
        failed = 0
        totals = {"kernels": 0, "functions": 0, "structs": 0, "modules": 0}
        missing = []
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            live = list(pool.map(probe, map(str, files)))
        for path, line, theirs in zip(files, lines, live, strict=True):
            problems, counts = compare(json.loads(line), theirs)
            for what in totals:
                totals[what] += counts[what]
            missing += [f"{path.name}:{name}" for name in counts["missing"]]
            for problem in problems:
                print(f"{path}: {problem[:400]}")
            failed += bool(problems)
    print(f"{len(files)} files, {failed} differ; equal: {totals}; not resolved: {len(missing)}")
    for name in missing:
        print(f"  not resolved: {name}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
