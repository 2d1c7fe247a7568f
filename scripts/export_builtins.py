#!/usr/bin/env python3
"""Write the table of Warp's built-in functions from the installed Warp: data/builtins/warp-VERSION.json.

One declared overload a line, in resolution order. Nothing in the table is code: what a Python callback of Warp
computes (result types, native arguments) is named by a rule, found in data/builtins/callbacks.json by the callback's
kind, name and bytecode hash. A callback that is not there, or whose bytecode differs, is exported as `Unmapped`;
`--pending` lists those, so that a new Warp release can be reviewed one callback at a time.

    export_builtins.py [-o FILE]    write the table (default: its place in data/builtins)
    export_builtins.py --check      exit 1 unless the committed table is what would be written
    export_builtins.py --pending    list callbacks without a rule, with the line that would map them
"""

import argparse
import functools
import hashlib
import importlib.util
import json
import sys
import types as python_types
import typing
from collections.abc import Callable, Sequence
from pathlib import Path

import warp as wp
import warp._src.builtins
import warp._src.context as context
import warp._src.types as wt

DATA = Path(__file__).resolve().parent.parent / "data" / "builtins"


def declared_overloads() -> list[dict]:
    """The calls of add_builtin() that Warp's builtins module makes, in order, without automatic expansions.

    The module is executed a second time under another name, with a recorder in place of add_builtin(), so that the
    live tables are not touched.
    """
    recorded = []

    def record(key, input_types=None, **options):
        recorded.append({"key": key, "input_types": dict(input_types or {}), **options})

    saved = context.add_builtin, context.register_api_function
    context.add_builtin, context.register_api_function = record, lambda *args, **options: None
    try:
        spec = importlib.util.spec_from_file_location("warp._src.builtins_declared", warp._src.builtins.__file__)
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
    finally:
        context.add_builtin, context.register_api_function = saved
    return recorded


# ---- types ---------------------------------------------------------------------------------------------------------


def spell_extent(extent) -> str:
    return "Any" if extent is typing.Any else str(extent)


def spell_type(t) -> str:
    """The type pattern language that src/builtins/pattern.cpp reads."""
    t = wt.type_to_warp(t)
    if t is typing.Any:
        return "Any"
    if t in (wt.Scalar, wt.Float, wt.Int):
        return t.__name__
    if t is Callable or typing.get_origin(t) is Callable:
        return "Callable"
    if t is tuple:
        return "tuple"
    if typing.get_origin(t) is tuple:
        args = typing.get_args(t)
        if args and args[-1] is Ellipsis:
            return f"tuple<{spell_type(args[0])},...>"
        return f"tuple<{','.join(spell_type(x) for x in args)}>"
    if isinstance(t, wt.tile):
        shape = "Any" if t.shape is typing.Any else spell_tile_shape(t.shape)
        return f"tile<{spell_type(t.dtype)},{shape}>"
    if isinstance(t, wt.tile_stack):
        return f"tile_stack<{spell_type(t.dtype)},{spell_extent(t.capacity)}>"
    if wt.is_array(t):
        return f"{wt.concrete_array_type(t).__name__}<{spell_type(t.dtype)},{spell_extent(t.ndim)}>"
    if wt.type_is_composite(t):
        family = {
            wt.Vector: "vec", wt.Matrix: "mat", wt.Quaternion: "quat", wt.Transformation: "transform",
        }[t._wp_generic_type_hint_]
        parts = [spell_type(p) if not isinstance(p, int) else str(p) for p in t._wp_type_params_]
        return f"{family}<{','.join(parts)}>"
    if isinstance(t, type):
        return t.__name__
    raise TypeError(f"no spelling for the type {t!r}")


def spell_tile_shape(shape) -> str:
    if typing.get_origin(shape) is tuple:
        return spell_type(shape)
    if isinstance(shape, Sequence):
        return "x".join(spell_extent(extent) for extent in shape)
    return "Any"


# ---- callbacks -----------------------------------------------------------------------------------------------------


def code_hash(code: python_types.CodeType) -> str:
    """A hash of what a function does: its bytecode, names and constants, but not its place in the file."""

    def describe(constant):
        if isinstance(constant, frozenset):
            return repr(sorted(constant, key=repr))
        return code_hash(constant) if isinstance(constant, python_types.CodeType) else repr(constant)

    text = "\n".join([
        code.co_code.hex(), repr(code.co_names), repr(code.co_varnames), repr(code.co_freevars),
        *(describe(constant) for constant in code.co_consts),
    ])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def describe_callback(function) -> tuple[str, str, dict]:
    """Name, hash, and captured values of a callback."""
    captured = {}
    if isinstance(function, functools.partial):
        captured.update(function.keywords)
        function = function.func
    code = function.__code__
    for name, cell in zip(code.co_freevars, function.__closure__ or ()):
        captured[name] = cell.cell_contents
    return function.__qualname__, code_hash(code), captured


class Rules:
    """Rules by callback, as callbacks.json gives them."""

    def __init__(self, path: Path):
        self.rows = {(row["kind"], row["name"], row["hash"]): row for row in json.loads(path.read_text())}
        self.pending = {}

    def find(self, kind: str, function, example: str) -> dict:
        name, digest, captured = describe_callback(function)
        row = self.rows.get((kind, name, digest))
        if row is None:
            self.pending.setdefault((kind, name, digest), example)
            return {"rule": "Unmapped", "args": [name]}
        rule = {"rule": row["rule"]}
        args = []
        for arg in row.get("args", []):
            if not arg.startswith("captured:"):
                args.append(arg)
                continue
            value = captured[arg.removeprefix("captured:")]
            args.append(value if isinstance(value, str) else str(value).lower() if isinstance(value, bool)
                        else value.__qualname__ if callable(value) and not isinstance(value, type)
                        else spell_type(value))
        if args:
            rule["args"] = args
        return rule


# ---- overloads -----------------------------------------------------------------------------------------------------


def spell_default(value) -> dict:
    if value is None:
        return {"default": None}
    if isinstance(value, type):
        return {"default": spell_type(value), "default_type": "type", "python_type": value in (int, float, bool)}
    kind = spell_type(type(value))
    typed = not isinstance(value, (bool, int, float, str))
    raw = value.value if typed else value
    if isinstance(raw, float):
        raw = repr(raw)
    return {"default": raw, "default_type": kind, **({"default_typed": True} if typed else {})}


def output_count(overload: dict) -> int:
    """How many results the overload declares before its arguments are known, for calls that unpack them.

    0: not several; -1: asking fails, so that unpacking such a call is an error.
    """
    value_func = overload.get("value_func")
    try:
        result = overload.get("value_type") if value_func is None else value_func(None, None)
    except Exception:
        return -1
    return len(result) if isinstance(result, Sequence) else 0


def export_overload(overload: dict, index: int, rules: Rules) -> dict:
    key = overload["key"]
    identity = f"{key}#{index}"
    defaults = overload.get("defaults") or {}
    params = []
    for name, param_type in overload["input_types"].items():
        param = {"name": name, "type": spell_type(param_type)}
        bare = name.lstrip("*")
        if bare in defaults:
            param.update(spell_default(defaults[bare]))
        params.append(param)
    row = {"id": identity, "params": params}
    value_type = overload.get("value_type")
    if overload.get("value_func") is not None:
        row["result"] = rules.find("result", overload["value_func"], identity)
    else:
        fixed = value_type if isinstance(value_type, Sequence) else [] if value_type is None else [value_type]
        row["result"] = {"rule": "Fixed", "args": [spell_type(t) for t in fixed]}
    row["dispatch"] = {"rule": "PassThrough"}
    for option, kind in (("dispatch_func", "dispatch"), ("lto_dispatch_func", "dispatch")):
        if overload.get(option) is not None:
            row["dispatch"] = rules.find(kind, overload[option], identity)
    if overload.get("initializer_list_func") is not None:
        row["initializer_list"] = rules.find("initializer_list", overload["initializer_list_func"], identity)
    row["native"] = overload.get("namespace", "wp::") + (overload.get("native_func") or key)
    if value_type is not None and not isinstance(value_type, Sequence):
        row["value_type"] = spell_type(value_type)
    outputs = output_count(overload)
    if outputs:
        row["outputs"] = outputs
    flags = [flag for flag, default in (
        ("is_differentiable", True), ("skip_replay", False), ("variadic", False), ("export", True), ("hidden", False),
        ("require_original_output_arg", False), ("adjoint_uses_template_args", False),
    ) if overload.get(flag, default)]
    if overload.get("lto_dispatch_func") is not None:
        flags.append("lto_dispatch")
    row["flags"] = flags
    row["group"] = overload.get("group", "Other")
    return row


def export(rules: Rules) -> str:
    by_name = {}
    for overload in declared_overloads():
        by_name.setdefault(overload["key"], []).append(overload)
    lines = []
    for name in sorted(by_name):
        ordered = sorted(by_name[name], key=lambda overload: overload.get("variadic", False))  # variadic ones last
        for index, overload in enumerate(ordered):
            lines.append(json.dumps(export_overload(overload, index, rules), separators=(",", ":")))
    library = sorted(name for name, function in context.builtin_functions.items() if not function.is_builtin())
    header = {"warp": wp.config.version, "python": f"{sys.version_info.major}.{sys.version_info.minor}"}
    return (json.dumps(header)[:-1] + ',\n"library_functions":' + json.dumps(library) + ',\n"builtins":[\n'
            + ",\n".join(lines) + "\n]}\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, default=DATA / f"warp-{wp.config.version}.json")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--pending", action="store_true")
    args = parser.parse_args()
    rules = Rules(DATA / "callbacks.json")
    text = export(rules)
    if args.pending:
        for (kind, name, digest), example in rules.pending.items():
            print(json.dumps({"kind": kind, "name": name, "hash": digest, "rule": "", "example": example}))
        return 1 if rules.pending else 0
    if args.check:
        if args.output.read_text() == text:
            return 0
        print(f"{args.output} is not what the installed Warp gives; run scripts/export_builtins.py", file=sys.stderr)
        return 1
    args.output.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
