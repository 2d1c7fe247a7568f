"""Compare the resolution of built-in calls with real Warp: overload, flags, result types, native arguments.

usage: builtins_probe.py PROBE [--per-overload N] [--seed N] [--only NAME] [--show N]

PROBE is the program built from tests/tools/builtins_probe.cpp, whose comment describes the lines exchanged. Calls are
drawn for every built-in without tiles: arguments that fit a declared overload, and near misses. Warp answers with its
own resolution (over all expansions of generic overloads), return types and dispatch. Exits 1 on any difference.
"""

import argparse
import collections
import random
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Any, get_args, get_origin

import warp as wp
import warp._src.codegen as codegen
import warp._src.context as context
import warp._src.types as wt

wp.config.quiet = True


@wp.struct
class S:
    x: float


S.native_name = "STRUCT"


SCALARS = {name: getattr(wp, name) for name in (
    "int8 uint8 int16 uint16 int32 uint32 int64 uint64 float16 bfloat16 float32 float64 bool".split())}
OPAQUE = {t.__name__: t for t in (
    wt.BvhQuery, wt._BvhQueryAabb, wt._BvhQueryRay, wt._BvhQueryCapsule, wt._BvhQuerySphere, wt.MeshQuery,
    wt.MeshQueryAABB, wt._MeshQuerySphere, wt.MeshQueryPoint, wt.HashGridQuery, wt._HashGridQueryH,
    wt._HashGridQueryD, wt.Texture1D, wt.Texture2D, wt.Texture3D, wt.range_t, wt.shape_t, wt.handle)}
FAMILIES = {"array": wp.array, "fixedarray": wt.fixedarray, "indexedarray": wp.indexedarray,
            "fabricarray": wp.fabricarray, "indexedfabricarray": wp.indexedfabricarray}


def split(text):
    parts, depth, begin = [], 0, 0
    for i, c in enumerate(text):
        depth += (c == "<") - (c == ">")
        if c == "," and depth == 0:
            parts.append(text[begin:i])
            begin = i + 1
    return [*parts, text[begin:]]


def parse_type(text):
    """The Warp type of a spelling in the language of data/builtins."""
    if text in SCALARS:
        return SCALARS[text]
    if text in OPAQUE:
        return OPAQUE[text]
    if text == "struct":
        return S
    if text == "str":
        return str
    head, _, rest = text.partition("<")
    parts = split(rest[:-1])
    if head == "ref":
        return wt.Reference(parse_type(parts[0]))
    if head in FAMILIES:
        dtype, ndim = parse_type(parts[0]), int(parts[1])
        if head == "fixedarray":
            return wt.fixedarray(dtype=dtype, shape=(ndim,))
        return FAMILIES[head](dtype=dtype, ndim=ndim)
    scalar = parse_type(parts[-1])
    if head == "vec":
        t = wt.vector(int(parts[0]), scalar)
        return getattr(wp, wt.type_repr(t), t)  # Warp compares some types by identity with those it predefines
    if head == "mat":
        return wt.matrix((int(parts[0]), int(parts[1])), scalar)
    return wt.quaternion(scalar) if head == "quat" else wt.transformation(scalar)


# ---- drawing calls -----------------------------------------------------------------------------------------------


def spell_pattern(t):
    sys.path.insert(0, str(__import__("pathlib").Path(__file__).resolve().parent.parent / "scripts"))
    import export_builtins

    return export_builtins.spell_type(t)


class Drawer:
    """Draws argument lists; every choice comes from one seeded source."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def scalar(self, kind="Scalar"):
        floats = ["float16", "float32", "float64", "bfloat16"]
        ints = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]
        usual = {"Scalar": ["float32", "int32"], "Float": ["float32"], "Int": ["int32"]}[kind]
        every = {"Scalar": ints + floats, "Float": floats, "Int": ints}[kind]
        return self.random.choice(usual if self.random.random() < 0.4 else every)

    def any_type(self):
        s = self.scalar()
        return self.random.choice([
            s, s, s, "bool", f"vec<2,{s}>", f"vec<3,{s}>", f"vec<4,{s}>", f"vec<6,{s}>", f"mat<2,2,{s}>",
            f"mat<3,3,{s}>", f"mat<2,3,{s}>", f"mat<4,4,{s}>", f"quat<{self.scalar('Float')}>",
            f"transform<{self.scalar('Float')}>", f"array<{s},1>", f"array<{s},2>", f"array<vec<3,{s}>,1>",
            f"indexedarray<{s},1>", f"fixedarray<{s},3>", f"fabricarray<{s},1>", "array<struct,1>", "struct", "struct",
            *self.random.sample(sorted(OPAQUE), 2), "str", f"vec<5,{s}>", f"array<{s},3>", f"array<mat<2,2,{s}>,2>",
        ])

    def matching(self, t, call):
        """A type spelling that fits the pattern `t`; scalars and lengths agree within a call most of the time."""
        pick = self.random.random
        if t is Any:
            if "any" not in call or pick() < 0.5:
                call["any"] = self.any_type()
            return call["any"]
        if t in (wt.Scalar, wt.Float, wt.Int):
            if "scalar" not in call or pick() < 0.1 or (t is wt.Int and call["scalar"].startswith(("f", "b"))):
                call["scalar"] = self.scalar(t.__name__)
            return call["scalar"]
        if wt.is_array(t):
            dtype = self.matching(t.dtype, call)
            while "array" in dtype or dtype in OPAQUE or dtype == "str" or (
                    dtype == "struct" and t.__class__ is wt.fixedarray):
                dtype = self.any_type()
            call["ndim"] = self.random.choice([1, 1, 2, 3, 4])
            if pick() < 0.7:
                call["any"] = dtype
            return f"{wt.concrete_array_type(t).__name__}<{dtype},{call['ndim']}>"
        if wt.type_is_composite(t):
            scalar = self.matching(t._wp_scalar_type_, call)
            if wt.type_is_quaternion(t):
                return f"quat<{scalar}>"
            if wt.type_is_transformation(t):
                return f"transform<{scalar}>"
            extents = []
            for extent in t._wp_type_params_[:-1]:
                if extent is not Any:
                    extents.append(extent)
                    continue
                if "extent" not in call or pick() < 0.15:
                    call["extent"] = self.random.choice([2, 3, 3, 4, 5, 6])
                extents.append(call["extent"])
            name = "vec" if len(extents) == 1 else "mat"
            return f"{name}<{','.join(map(str, extents))},{scalar}>"
        return spell_pattern(t)

    def argument(self, name, t, call):
        pick = self.random.random()
        if name == "dtype":
            if pick < 0.2:
                return "p:" + self.random.choice(["float32", "int32"])
            return "t:" + (self.any_type() if t is Any else self.matching(t, call))
        if t is tuple or get_origin(t) is tuple:
            elements = [self.random.choice(["i:2", "i:3", "v:int32", "i:4"]) for _ in range(self.random.randint(1, 3))]
            return f"T({'/'.join(elements)})" if pick < 0.9 else "i:3"
        if t is Callable or get_origin(t) is Callable:
            return "F"
        if t is str:
            return "s:abc"
        if name in "ijkl" and t is Any:
            if pick < 0.3:
                bounds = [self.random.choice(["i:0", "i:1", "i:-1", "i:2147483647", "i:-2147483648", "i:2"])
                          for _ in range(2)]
                step = self.random.choice(["i:1", "i:1", "i:2", "i:-1"])
                return f"S({bounds[0]}/{bounds[1]}/{step})"
            if pick < 0.9:
                return self.random.choice(["i:0", "i:1", "v:int32", "v:int32", "v:ref<int32>", "v:uint64"])
        if pick < 0.08:
            return "v:" + self.any_type()
        spelling = self.matching(t, call)
        if spelling == "int32" and pick < 0.3:
            return f"i:{self.random.randint(-3, 9)}"
        if spelling == "float32" and pick < 0.3:
            return f"d:{self.random.choice([0.5, 1.5, -2.5])}"
        if spelling == "bool" and pick < 0.3:
            return "b:1"
        if spelling == "str":
            return "s:abc"
        return f"v:ref<{spelling}>" if 0.3 < pick < 0.4 else f"v:{spelling}"

    def call(self, name, overload):
        call = {}
        positional, keywords, type_of = [], [], "-"
        for param, t in overload.input_types.items():
            if param.startswith("*"):
                count = self.random.choice([0, 1, 2, 3, 4, 4, 5, 6, 7, 9, 12, 16])
                if name == "tuple" and count == 0:
                    count = 1
                positional += [self.argument(param, t, call) for _ in range(count)]
                continue
            if param in overload.defaults and self.random.random() < 0.6:
                continue
            argument = self.argument(param, t, call)
            if len(positional) + len(keywords) < len(positional) + 1 and not keywords and (
                    self.random.random() < 0.85) and not overload.variadic:
                positional.append(argument)
            elif overload.variadic and param == "fmt":
                positional.append(argument)
            else:
                keywords.append(f"{param}={argument}")
        if name in ("vector", "matrix", "quaternion", "transformation") and self.random.random() < 0.8:
            keywords = [k for k in keywords if not k.startswith(("dtype=", "length=", "shape="))]
            s = call.get("scalar", "float32") if self.random.random() < 0.7 else self.scalar("Float")
            n = len(positional)
            square = {4: 2, 9: 3, 16: 4}.get(n, 3)
            type_of = {"vector": f"vec<{n if n > 1 else 3},{s}>",
                       "matrix": f"mat<{square},{square},{s}>" if n not in (6, 12) else f"mat<2,{n // 2},{s}>",
                       "quaternion": f"quat<{s}>", "transformation": f"transform<{s}>"}[name]
            if self.random.random() < 0.1:
                type_of = type_of.replace("<3", "<5")
        minimum = 0
        if self.random.random() < 0.1 or name in ("svd3", "tid"):
            minimum = self.random.choice([0, 2, 2, 3, 4])
        return "\t".join([name, str(minimum), type_of, " ".join(positional), " ".join(keywords)])


# ---- real Warp ---------------------------------------------------------------------------------------------------


class Oracle:
    def __init__(self):
        self.adj = object.__new__(codegen.Adjoint)
        self.next = 0

    def var(self, t, constant=None):
        variable = codegen.Var(f"a{self.next}", t, constant=constant)
        self.next += 1
        return variable

    def argument(self, text):
        if text == "F":
            return context.builtin_functions["sin"]
        kind, rest = text[0], text[2:]
        if text[1] == "(":
            elements = [self.argument(part) for part in rest[:-1].split("/")]
            if kind == "S":
                return self.var(wt.slice_t(*[codegen.get_arg_value(e) for e in elements]))
            types = tuple(wt.strip_reference(codegen.get_arg_type(e)) for e in elements)
            return self.var(wt.tuple_t(types, tuple(codegen.get_arg_value(e) for e in elements)))
        if kind == "i":
            return self.var(int, int(rest))
        if kind == "d":
            return self.var(float, float(rest))
        if kind == "b":
            return self.var(bool, rest == "1")
        if kind == "s":
            return self.var(str, rest)
        if kind == "t":
            return parse_type(rest)
        if kind == "p":
            return {"int32": int, "float32": float}[rest]
        return self.var(parse_type(rest))

    def describe(self, argument):
        if isinstance(argument, wt.Reference):
            return "&" + self.describe(argument.value_type)
        if isinstance(argument, context.Function):
            return "F"
        if isinstance(argument, (int, float)):
            return f"c:{codegen.Var(None, type(argument)).ctype()}:{argument:g}"
        if isinstance(argument, codegen.Var):
            if argument.label is not None:
                return argument.label
            value = argument.constant
            if isinstance(value, type):
                return "t:" + codegen.compute_type_str("", (value,))[1:-1]
            if isinstance(value, str):
                return f"c:{argument.ctype()}:{value}"
            if wt.is_composite(value):
                return f"c:{argument.ctype()}:composite:typed"
            typed = type(value) in wt.scalar_and_bool_types
            raw = value.value if typed else value
            raw = int(raw) if isinstance(raw, bool) or argument.type is wp.bool else raw
            return f"c:{argument.ctype()}:{raw:g}{':typed' if typed else ''}"
        raise TypeError(f"not an argument of a native call: {argument!r}")

    def ctype(self, t):
        spelled = codegen.Var(None, t).ctype()
        return f"{spelled}/{t.ndim}" if wt.is_array(t) else spelled

    def answer(self, line):
        name, minimum, type_of, positional, keywords = line.split("\t")
        self.next = 0
        args = [self.argument(text) for text in positional.split(" ") if text]
        kwargs = {}
        for text in keywords.split(" "):
            if text:
                key, _, value = text.partition("=")
                kwargs[key] = self.argument(value)
        type_args = {} if type_of == "-" else dict(parse_type(type_of)._wp_type_args_)
        try:
            return self.resolve(context.builtin_functions[name], args, kwargs, type_args, int(minimum))
        except Exception as error:
            return f"rejected {type(error).__name__}: {error}"

    def resolve(self, head, args, kwargs, type_args, minimum):
        func, bound, _ = self.adj.resolve_call(head, tuple(args), kwargs, type_args, minimum or None)
        types = {k: wt.strip_reference(codegen.get_arg_type(v)) for k, v in bound.items()}
        result = func.value_func(types, {k: codegen.get_arg_value(v) for k, v in bound.items()})
        if isinstance(result, codegen.Var):
            return "constant " + self.describe(codegen.Var(None, result.type, constant=result.constant))
        results = [] if result is None else list(result) if isinstance(result, Sequence) else [result]
        if isinstance(result, Sequence) and len(result) == 1:
            result = result[0]
        spelled = [self.ctype(t) for t in results]
        if func.dispatch_func is not None:
            native, template = func.dispatch_func(func.input_types, result, bound)
        else:
            native, template = tuple(bound.values()), ()
        described = [self.describe(argument) for argument in native]
        template = codegen.compute_type_str("", template)
        braces = int(bool(func.initializer_list_func(bound, result)))
        flags = "".join(str(int(flag)) for flag in (func.is_differentiable, func.skip_replay,
                                                    func.require_original_output_arg, func.adjoint_uses_template_args))
        return (f"{func.namespace}{func.native_func} {flags} |" + "".join(f" {s}" for s in spelled) + " |"
                + "".join(f" {d}" for d in described) + f" | {template} | {braces}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("probe")
    parser.add_argument("--per-overload", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only")
    parser.add_argument("--show", type=int, default=20)
    args = parser.parse_args()
    wp.init()
    drawer = Drawer(args.seed)
    lines = []
    for name, head in sorted(context.builtin_functions.items()):
        if not head.is_builtin() or "tile" in name or (args.only and name != args.only):
            continue
        for overload in head.overloads:
            expansion = overload.hidden and not overload.generic and any(o.generic for o in head.overloads)
            if any(isinstance(t, (wt.tile, wt.tile_stack)) for t in overload.input_types.values()):
                continue
            for _ in range(1 if expansion else args.per_overload):
                lines.append(drawer.call(name, overload))
    native = subprocess.run([args.probe], input="\n".join(lines) + "\n", stdout=subprocess.PIPE, text=True, check=True)
    oracle = Oracle()
    counts, shown = collections.Counter(), 0
    for line, ours in zip(lines, native.stdout.splitlines(), strict=True):
        theirs = oracle.answer(line)
        same = ours == theirs or (ours.startswith("rejected") and theirs.startswith("rejected"))
        counts["rejected" if theirs.startswith("rejected") else "accepted"] += 1
        if same:
            continue
        counts["different"] += 1
        if shown < args.show:
            shown += 1
            print(f"{line!r}\n  ours:   {ours}\n  theirs: {theirs}")
    print(f"{len(lines)} calls of {len({line.split(chr(9))[0] for line in lines})} built-ins: {counts['accepted']} accepted, "
          f"{counts['rejected']} rejected, {counts['different']} different")
    return 1 if counts["different"] or not counts["accepted"] else 0


if __name__ == "__main__":
    sys.exit(main())
