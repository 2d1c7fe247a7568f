"""Launches from C++ against launches by real Warp, bit for bit: forward and backward, at the same optimisation and flags.

    python -m warpsmith.launch_parity [INPUT...] [--generate COUNT] [--instantiations both|generic] [--compiler warp|clang]

INPUT is a file, package or dotted module. Each is imported by real Warp in a forked child, which launches its kernels on
seeded arguments and writes the bytes that they leave. `launch_cases` (tests/tools) compiles the same kernels, many as
one batch, from the source text (generated kernels) or a snapshot (the rest), and launches them on the same arguments.
Left out, and counted by cause: kernels with arguments other than numbers, vectors, matrices, structs and arrays of them,
those that real Warp cannot launch on such arguments or that reach beyond the arrays, and those we do not generate yet.
"""

import argparse
import ctypes
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import zlib

from warpsmith import children, oracle, records, snapshot

FLAGS = ("-target-cpu", "x86-64-v3")
EXTENTS = {1: (512,), 2: (32, 32), 3: (12, 12, 12), 4: (12, 8, 8, 8)}  # larger than the indices that are given
MARGIN = 1 << 20     # bytes around every array, to see what reaches beyond it
MARGIN_FILLS = (0x00, 0x3F)
SHAPES = {1: (11,), 2: (4, 3), 3: (3, 2, 2), 4: (2, 2, 2, 2)}
LAUNCH_TIMEOUT_S = 60
ROOT = pathlib.Path(__file__).resolve().parents[2]


UNSUPPORTED = "the text has no such kernel: not supported yet"  # as launch_cases says it


class NotPlain(Exception):
    """An argument that is not made here."""


class _Arguments:
    """Seeded arguments of one kernel, beside the layout in which `launch_cases` gets them."""

    def __init__(self, warp, kernel, fill=0):
        import numpy

        self.warp = warp
        self.fill = fill      # what lies around the arrays
        self.memory = []
        self.random = numpy.random.default_rng(zlib.crc32(kernel.key.encode()))
        self.blob = bytearray()
        self.layout = []   # as in the cases of launch_cases
        self.arrays = []   # (array, bytes, where its data, where its gradient or None)
        self.values = [self._value(a.label, a.type) for a in kernel.adj.args]
        self.adjoints = [a.type() if isinstance(a.type, warp._src.codegen.Struct) else None for a in kernel.adj.args]

    def _place(self, data):
        while len(self.blob) % 16:
            self.blob.append(0)
        at = len(self.blob)
        self.blob += data
        return at

    def _numbers(self, dtype, size):
        """Numbers of a NumPy type: floats of either sign away from 0, integers that can serve as indices."""
        if dtype.kind == "f":
            return self.random.uniform(0.25, 2.0, size) * self.random.choice((1, 1, -1), size)
        if dtype.kind == "b":
            return self.random.random(size) < 0.5
        return self.random.integers(1, 8, size)

    def _fill(self, target, struct=None):
        """Fills a NumPy array in place, structs field by field."""
        if target.dtype.names:
            for name in target.dtype.names:
                field = struct.vars.get(name) if struct else None
                if field is not None and self.warp._src.types.is_array(field.type):
                    raise NotPlain("an array of structs with arrays")
                inner = field.type if field is not None and isinstance(field.type, self.warp._src.codegen.Struct) else None
                self._fill(target[name], inner)
            return
        target[...] = self._numbers(target.dtype, target.shape)

    def _buffer(self, data, dtype, shape):
        """A Warp array that holds `data` amid bytes that are not its own."""
        import numpy

        memory = numpy.full(data.nbytes + 2 * MARGIN, self.fill, dtype=numpy.uint8)
        memory[MARGIN:MARGIN + data.nbytes] = numpy.frombuffer(data.tobytes(), dtype=numpy.uint8)
        self.memory.append((memory, data.nbytes))
        return self.warp.array(ptr=memory.ctypes.data + MARGIN, shape=shape, dtype=dtype, device="cpu")

    def margins_hold(self):
        """Whether nothing was written around the arrays."""
        return all((m[:MARGIN] == self.fill).all() and (m[MARGIN + size:] == self.fill).all() for m, size in self.memory)

    def _array(self, name, annotation):
        import numpy

        warp = self.warp
        if not warp._src.types.matches_array_class(annotation, warp.array):
            raise NotPlain("an indexed or fabric array")
        dtype, struct = annotation.dtype, None
        if isinstance(dtype, warp._src.codegen.Struct):
            struct, element = dtype, dtype.numpy_dtype()
        else:
            scalar = getattr(dtype, "_wp_scalar_type_", dtype)
            if scalar not in warp._src.types.scalar_types and scalar is not warp.bool:
                raise NotPlain(f"an array of {dtype}")
            element = (warp._src.types.warp_type_to_np_dtype[scalar], getattr(dtype, "_shape_", ()))
        shape = EXTENTS[annotation.ndim]
        data, gradient = (numpy.zeros(shape, dtype=element) for _ in range(2))
        self._fill(data, struct)
        floats = struct is not None or data.dtype.kind == "f"
        array = self._buffer(data, dtype, shape)
        item = {"name": name, "shape": list(shape), "data": self._place(data.tobytes())}
        if floats:
            self._fill(gradient, struct)
            array.grad = self._buffer(gradient, dtype, shape)
            item["gradient"] = self._place(gradient.tobytes())
        self.layout.append(item)
        self.arrays.append((array, data.nbytes, item["data"], item.get("gradient")))
        return array

    def _value(self, name, annotation):
        import numpy

        warp = self.warp
        if warp._src.types.is_array(annotation):
            return self._array(name, annotation)
        if isinstance(annotation, warp._src.codegen.Struct):
            instance = annotation()
            for field, variable in annotation.vars.items():
                setattr(instance, field, self._value(f"{name}.{field}", variable.type))
            return instance
        scalar = getattr(annotation, "_wp_scalar_type_", annotation)
        if scalar not in warp._src.types.scalar_types and scalar not in (warp.bool, bool, int, float):
            raise NotPlain(f"an argument of type {getattr(annotation, '__name__', annotation)}")
        numbers = numpy.zeros(getattr(annotation, "_shape_", ()), dtype=warp._src.types.warp_type_to_np_dtype[scalar])
        self._fill(numbers)
        self.layout.append({"name": name, "data": self._place(numbers.tobytes())})
        return annotation(*numbers.flatten().tolist()) if numbers.shape else numbers.item()

    def held(self):
        """The bytes with what the arrays hold now."""
        bytes_ = bytearray(self.blob)
        for array, size, data, gradient in self.arrays:
            bytes_[data:data + size] = ctypes.string_at(array.ptr, size)
            if gradient is not None:
                bytes_[gradient:gradient + size] = ctypes.string_at(array.grad.ptr, size)
        return bytes(bytes_)


def _launch_once(warp, kernel, fill):
    """(arguments, bytes left after forward and, where there is one, backward)."""
    arguments = _Arguments(warp, kernel, fill)
    shape = SHAPES[kernel.adj.kernel_dim or 1]
    warp.launch(kernel, dim=shape, inputs=arguments.values, device="cpu")
    left = arguments.held()
    if kernel.module.load(warp.get_device("cpu"), 1).get_kernel_hooks(kernel).backward is not None:
        warp.launch(kernel, dim=shape, inputs=arguments.values, adj_inputs=arguments.adjoints, adjoint=True, device="cpu")
        left += arguments.held()
    return arguments, left


def _launch(warp, kernel, prefix):
    """Launches one kernel in this process; writes the bytes before and after, and returns its case."""
    arguments, left = _launch_once(warp, kernel, MARGIN_FILLS[0])
    others, left_again = _launch_once(warp, kernel, MARGIN_FILLS[1])
    if left != left_again or not arguments.margins_hold() or not others.margins_hold():
        raise NotPlain("a kernel that reaches beyond these arrays")
    pathlib.Path(prefix + ".in").write_bytes(arguments.blob)
    pathlib.Path(prefix + ".warp").write_bytes(left)
    name = kernel.module.load(warp.get_device("cpu"), 1).get_kernel_mangled_name(kernel)
    return {"kernel": name, "key": kernel.key, "shape": list(SHAPES[kernel.adj.kernel_dim or 1]), "input": prefix + ".in",
            "output": prefix + ".ours", "warp": prefix + ".warp", "arguments": arguments.layout}


def _launch_each(warp, module, prefix):
    """([case], {key: why not}) of the kernels of one live module, each launched in a child."""
    kernels = [k for kernel in module._get_live_kernels()
               for k in (kernel.overloads.values() if kernel.is_generic else (kernel,))]

    def work(index):
        try:
            return _launch(warp, kernels[index], f"{prefix}-{index}")
        except NotPlain as error:
            return {"left_out": str(error)}
        except Exception as error:
            return {"left_out": f"Warp: {type(error).__name__}: {str(error).splitlines()[0][:100] if str(error) else ''}"}

    cases, left_out = [], {}
    for index, case, cause in children.run(range(len(kernels)), work, 1, LAUNCH_TIMEOUT_S):
        if case is None:
            case = {"left_out": f"the launch in Python was {cause}"}
        if "left_out" in case:
            left_out[kernels[index].key] = case["left_out"]
        else:
            cases.append(case)
    return cases, left_out


def _work(item):
    """In a child: imports an input, launches all its kernels. {"texts": [...], "left_out": {...}}"""
    oracle.start()
    import warp

    warp.config.cpu_compiler_flags = " ".join(FLAGS)
    result = {"texts": [], "left_out": {}}
    request = oracle.request(item["input"], stub=True, devices=("cpu",), timeout=item["timeout"])
    capture, modules = oracle.import_modules(request)
    if capture["import_error"]:
        return {"texts": [], "left_out": {item["input"]: "cannot be imported: " + capture["import_error"]["type"]}}
    for number, module in enumerate(modules):
        prefix = f"{item['prefix']}-{number}"
        if item["source"]:
            text = {"kind": "source", "file": item["input"], "name": pathlib.Path(item["input"]).stem, "input": item["input"]}
        else:
            try:
                document, _ = snapshot.capture_module(module, timeout=item["timeout"])
            except RuntimeError as error:
                result["left_out"][module.name] = str(error)[:200]
                continue
            text = {"kind": "snapshot", "file": prefix + ".json", "input": item["input"]}
            pathlib.Path(text["file"]).write_text(json.dumps(document))
        module.options["optimization_level"] = item["optimization"]
        try:
            module.load(warp.get_device("cpu"), 1)  # once, for the children
        except Exception as error:
            result["left_out"][module.name] = f"Warp cannot load it: {type(error).__name__}"
            continue
        cases, left_out = _launch_each(warp, module, prefix)
        result["left_out"] |= left_out
        result["texts"].append({"text": text, "cases": cases})
    return result


def _judge(texts, options, scratch):
    """Runs `launch_cases` on all texts and compares; returns (count equal, [difference], [not generated], times)."""
    cases = {"warp": _warp_folder(), "optimization": options.optimization, "flags": list(FLAGS),
             "compiler": options.compiler, "instantiations": options.instantiations,
             "header_cache": os.path.join(scratch, "headers"), "texts": [], "launches": []}
    for text in texts:
        cases["launches"] += [case | {"text": len(cases["texts"])} for case in text["cases"]]
        cases["texts"].append(text["text"])
    path = os.path.join(scratch, "cases.json")
    pathlib.Path(path).write_text(json.dumps(cases))
    done = subprocess.run([options.launch_cases, path], capture_output=True, text=True)
    if done.returncode != 0:
        raise OSError(f"launch_cases failed with exit {done.returncode}: {done.stderr.strip()[-2000:]}")
    answer = json.loads(done.stdout)
    equal, different, unsupported = 0, [], []
    for case, error in zip(cases["launches"], answer["launches"], strict=True):
        fault = error or _difference(case)
        if error == UNSUPPORTED:
            unsupported.append(case["key"])
        elif fault:
            different.append(f"{cases['texts'][case['text']]['input']}: {case['key']}: {fault}")
        else:
            equal += 1
    return equal, different, unsupported, answer["times"]


def _difference(case):
    warp, ours = (pathlib.Path(case[k]).read_bytes() for k in ("warp", "output"))
    if warp == ours:
        return None
    if len(warp) != len(ours):
        return f"{len(ours)} bytes, not {len(warp)}: one has no backward"
    size = os.path.getsize(case["input"])
    at = next(i for i in range(len(warp)) if warp[i] != ours[i])
    count = sum(a != b for a, b in zip(warp, ours))
    phase, offset = ("backward", at - size) if at >= size else ("forward", at)
    name, part = max(((i["name"], part) for i in case["arguments"] for part in ("data", "gradient") if i.get(part, size) <= offset),
                     key=lambda found: next(i[found[1]] for i in case["arguments"] if i["name"] == found[0]))
    return f"{count} bytes differ, the first after {phase} in the {part} of {name}"


def _warp_folder():
    import warp

    return os.path.dirname(warp.__file__)


def _generated(options, scratch):
    """Files with the sources of generated kernels."""
    folder = os.path.join(scratch, "dataset")
    command = [options.warpsmith, "generate", "-n", str(options.generate), "-d", "cpu", "-o", folder, "--seed", str(options.seed)]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise OSError(f"`{' '.join(command)}` failed with exit {done.returncode}: {done.stderr.strip()[-400:]}")
    sources = os.path.join(scratch, "sources")
    os.mkdir(sources)
    for record in records.read(folder):
        path = os.path.join(sources, record["name"] + ".py")
        pathlib.Path(path).write_text(record["python_source"], encoding="utf-8")
        yield path


def _items(options, scratch):
    found = [(name, False) for given in options.inputs
             for name in ([given] if given.endswith(".py") else oracle.modules_of_package(given))]
    if options.generate:
        found += [(path, True) for path in _generated(options, scratch)]
    return [{"input": name, "source": source, "optimization": options.optimization, "timeout": options.timeout,
             "prefix": os.path.join(scratch, f"item-{index}")} for index, (name, source) in enumerate(found)]


def _precompile_header(warp, optimization, scratch):
    """Makes the precompiled header here, for the children; each would make its own."""
    source, made = (os.path.join(scratch, "header" + ending) for ending in (".cpp", ".o"))
    pathlib.Path(source).write_text('#include "builtin.h"\n')
    warp._src.build.build_cpu(made, source, extra_flags=" ".join(FLAGS), optimization_level=optimization,
                              use_precompiled_headers=True, pch_dir=warp._src.context.runtime.get_clang_pch_dir(), block_dim=1)


def run(options, scratch):
    """{"launched", "equal", "different": [...], "left_out": {cause: count}, "times"}."""
    os.environ["WARP_CACHE_PATH"] = options.cache or os.path.join(scratch, "warp-cache")
    items = _items(options, scratch)
    oracle.start()
    import warp

    _precompile_header(warp, options.optimization, scratch)
    texts, left_out = [], {}
    for index, result, cause in children.run(items, _work, options.jobs, options.timeout):
        if result is None:
            result = {"texts": [], "left_out": {items[index]["input"]: f"the child that launches was {cause}"}}
        texts += [t for t in result["texts"] if t["cases"]]
        for name, why in result["left_out"].items():
            left_out.setdefault(why, []).append(name)
        if sys.stderr.isatty():
            print(f"\r{index + 1}/{len(items)} inputs", end="", file=sys.stderr, flush=True)
    equal, different, unsupported, times = _judge(texts, options, scratch) if texts else (0, [], [], {})
    if unsupported:
        left_out[UNSUPPORTED] = unsupported
    return {"launched": equal + len(different), "equal": equal, "different": different, "times": times,
            "left_out": {why: len(names) for why, names in sorted(left_out.items(), key=lambda item: -len(item[1]))}}


def _options(arguments):
    parser = argparse.ArgumentParser(prog="warpsmith.launch_parity", description=__doc__.split("\n\n")[0])
    parser.add_argument("inputs", nargs="*", metavar="INPUT", help="file, package or dotted module")
    parser.add_argument("--generate", type=int, default=0, metavar="COUNT", help="launch this many generated kernels")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--optimization", type=int, default=2, choices=range(4))
    parser.add_argument("--instantiations", choices=("both", "generic"), default="both")
    parser.add_argument("--compiler", choices=("warp", "clang"), default="warp")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--timeout", type=int, default=600, help="seconds for one input (default: %(default)s)")
    parser.add_argument("--cache", help="folder that keeps what real Warp compiles (default: none)")
    parser.add_argument("--warpsmith", default=str(ROOT / "build/release/warpsmith"))
    parser.add_argument("--launch-cases", default=str(ROOT / "build/release/tests/launch_cases"))
    parser.add_argument("--json", action="store_true")
    return parser.parse_args(arguments)


def main(arguments=None):
    options = _options(arguments)
    with tempfile.TemporaryDirectory(prefix="warpsmith-launch-") as scratch:
        try:
            result = run(options, scratch)
        except OSError as error:
            print(f"warpsmith.launch_parity: {error}", file=sys.stderr)
            return 3
    if options.json:
        print(json.dumps(result))
    else:
        print(f"{result['equal']} of {result['launched']} kernels leave the same bits, forward and backward")
        for line in result["different"]:
            print(f"  {line}")
        for why, count in result["left_out"].items():
            print(f"left out: {count}: {why}")
    return 0 if result["equal"] == result["launched"] and result["launched"] else 1


if __name__ == "__main__":
    sys.exit(main())
