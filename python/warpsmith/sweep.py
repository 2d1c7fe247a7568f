"""One kernel for every built-in overload that a kernel may call, so that each rule of the table meets real Warp.

    python -m warpsmith.sweep -o DIR [--names LIST]

Writes DIR/NAME.py with the kernels Warp accepts for that built-in. Generic parameters are filled from a few worlds of
types that agree with each other (all float32, all float64, ...); arguments come from arrays and by value in turn. Those
Warp rejects go to DIR/rejected/, one kernel a file. Then: `python -m warpsmith.parity DIR`.
Tiles, textures, meshes, volumes, hash grids and the like are left out.
"""

import argparse
import os
import pathlib
import re
import sys
import typing

from warpsmith import command, oracle

GROUPS_LEFT_OUT = ("Tile", "Geometry", "Volumes", "Textures", "Mesh", "BVH", "Hash", "Graph")
PRELUDE = """import warp as wp

vec5f = wp.types.vector(length=5, dtype=wp.float32)
mat23f = wp.types.matrix(shape=(2, 3), dtype=wp.float32)
"""
# Parameters that must be written out, beside every `dtype`.
LITERALS = {("vector", "length"): "3", ("identity", "n"): "3", ("matrix", "shape"): "(2, 2)", ("zeros", "shape"): "4"}
NAMES_LEFT_OUT = ("static",)  # evaluates Python code
# Warp writes text for these that its compiler then refuses: a transform whose scalar is a vector, and so on.
NOT_COMPILABLE = re.compile(r"\ndef transformation_\d+\(p0: (wp\.array\(dtype=)?(wp\.)?(vec|mat|quat)\w+\)?\):")
# Each world: the type that stands for a kind of generic parameter.
WORLDS = [
    {"Float": "float32", "Int": "int32", "Scalar": "float32", "Any": "float32", "vec": "vec3f", "mat": "mat33f",
     "quat": "quatf", "transform": "transformf"},
    {"Float": "float64", "Int": "int64", "Scalar": "float64", "Any": "vec3d", "vec": "vec2d", "mat": "mat22d",
     "quat": "quatd", "transform": "transformd"},
    {"Float": "float16", "Int": "uint8", "Scalar": "float16", "Any": "mat22f", "vec": "vec4h", "mat": "mat44h",
     "quat": "quath", "transform": "transformh"},
    {"Float": "float32", "Int": "uint32", "Scalar": "int32", "Any": "int32", "vec": "vec3i", "mat": "mat22f",
     "quat": "quatf", "transform": "transformf"},
    {"Float": "float32", "Int": "int16", "Scalar": "float32", "Any": "quatf", "vec": "vec5f", "mat": "mat23f",
     "quat": "quatf", "transform": "transformf"},
    {"Float": "float64", "Int": "uint64", "Scalar": "uint8", "Any": "uint64", "vec": "vec2ub", "mat": "mat33d",
     "quat": "quatd", "transform": "transformd"},
]


def _spelled(wp, name):
    return name if name in ("vec5f", "mat23f") else f"wp.{name}" if hasattr(wp, name) else None


def _type_text(wp, kind, world):
    """The annotation of a parameter of this type in a world, or None where it has none here."""
    types = wp._src.types
    if kind is typing.Any:
        return _spelled(wp, world["Any"])
    if isinstance(kind, typing.TypeVar):
        return _spelled(wp, world[kind.__name__])
    if types.is_array(kind):
        if type(kind).__name__ != "array":
            return None
        element = _type_text(wp, kind.dtype, world)
        return element and f"wp.array(dtype={element}, ndim={kind.ndim})"
    if isinstance(kind, type):
        generic = getattr(kind, "_wp_generic_type_str_", None)
        if kind.__name__.endswith("_t") and generic:
            stem = kind.__name__[:-2]
            return _spelled(wp, world.get(stem)) if stem in world else None
        if kind in types.scalar_and_bool_types or hasattr(kind, "_wp_scalar_type_"):
            return _spelled(wp, kind.__name__)
    return None


def _kernel(wp, overload, number, world, by_value, required_only):
    """Two texts of a kernel that calls this overload, keeping the result and not; None where a parameter cannot be written."""
    parameters, arguments = [], []
    for name, kind in overload.input_types.items():
        if required_only and name in overload.defaults:
            continue
        annotation = _type_text(wp, kind, world)
        if annotation is None and (overload.key, name) not in LITERALS:
            return None
        if name == "dtype" or (overload.key, name) in LITERALS:
            arguments.append(f"{name}={LITERALS.get((overload.key, name), annotation)}")
            continue
        place = f"p{len(parameters)}"
        whole = by_value or annotation.startswith("wp.array")
        parameters.append(f"{place}: {annotation if whole else f'wp.array(dtype={annotation})'}")
        arguments.append(place if whole else f"{place}[i]")
    call = f"wp.{overload.key}({', '.join(arguments)})"
    head = f"\n\n@wp.kernel\ndef {overload.key}_{number}({', '.join(parameters)}):\n    i = wp.tid()\n"
    return f"{head}    r = {call}\n", f"{head}    {call}\n"


def _is_generic(overload):
    text = repr([getattr(t, "__name__", t.__class__.__name__) for t in overload.input_types.values()])
    return any(isinstance(t, typing.TypeVar) or t is typing.Any for t in overload.input_types.values()) or "_t'" in text \
        or "array" in text


def kernels_of(wp, function):
    """{kernel name: its two texts} for all overloads of a built-in, without repeats."""
    kernels, seen = {}, set()
    for overload in function.overloads:
        if any(word in (overload.group or "") for word in GROUPS_LEFT_OUT):
            continue
        for world in WORLDS if _is_generic(overload) else WORLDS[:1]:
            for required_only in (False, True) if overload.defaults else (False,):
                number = len(kernels)
                texts = _kernel(wp, overload, number, world, number % 3 == 2, required_only)
                signature = texts and texts[0].split("(", 1)[1]
                if texts and signature not in seen and not NOT_COMPILABLE.search(texts[0]):
                    seen.add(signature)
                    kernels[f"{overload.key}_{number}"] = texts
    return kernels


def _write_file(path, texts):
    path.write_text(PRELUDE + "".join(texts), encoding="utf-8")


def _rejected_kernels(paths, jobs):
    """{path: names of the kernels in it that Warp rejects}."""
    requests = [oracle.request(path, devices=["cpu"], main_only=True) for path in paths]
    rejected = {}
    for index, result in oracle.capture_many(requests, jobs):
        output = result["modules"][0]["outputs"]["cpu"]
        rejected[paths[index]] = set(output.get("rejected_kernels", {}))
    return rejected


def write(folder, names=None, jobs=None):
    """Writes the sweep; returns (kernels accepted, kernels rejected)."""
    oracle.start()
    import warp as wp
    from warp._src.context import builtin_functions

    folder = pathlib.Path(folder)
    (folder / "rejected").mkdir(parents=True, exist_ok=True)
    kernels = {}
    for name, function in builtin_functions.items():
        wanted = hasattr(function, "overloads") and name not in NAMES_LEFT_OUT and (not names or name in names)
        found = kernels_of(wp, function) if wanted else {}
        if found:
            kernels[folder / f"{name}.py"] = found
    chosen = {path: {key: texts[0] for key, texts in found.items()} for path, found in kernels.items()}
    for attempt in (1, 2):  # what is refused with its result kept may have none
        for path, texts in chosen.items():
            _write_file(path, texts.values())
        bad = _rejected_kernels(list(chosen), jobs)
        if attempt == 1:
            for path, keys in bad.items():
                chosen[path].update({key: kernels[path][key][1] for key in keys})
    for path, texts in chosen.items():
        for key in bad[path]:
            _write_file(folder / "rejected" / f"{key}.py", [texts[key]])
        good = [text for key, text in texts.items() if key not in bad[path]]
        if good:
            _write_file(path, good)
        else:
            path.unlink()
    rejected = sum(map(len, bad.values()))
    return sum(map(len, chosen.values())) - rejected, rejected


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="warpsmith.sweep", description="A kernel for every built-in overload.")
    parser.add_argument("-o", "--output", required=True, metavar="DIR")
    parser.add_argument("--names", help="only these built-ins, separated by commas")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args(arguments)
    names = set(options.names.split(",")) if options.names else None
    accepted, rejected = write(options.output, names, options.jobs)
    print(f"{accepted} kernels accepted, {rejected} rejected by Warp, in {options.output}")
    return 0 if accepted else 1


if __name__ == "__main__":
    command.run("warpsmith.sweep", main)
