"""Real Warp as the oracle: the exact text it hands to its compiler for the modules that an input defines.

Every input is imported in a child forked from a process that has only imported and initialised Warp, so functions are
numbered as in a fresh process that imports this input alone, and no input sees another. Importing runs the
input's code: give it only inputs you trust. Nothing is compiled and no text is normalised.

    python -m warpsmith.oracle FILE_OR_MODULE... [-d cpu|cuda|cpu,cuda] [--no-backward] [--kernel NAME] [--json]

As a library: `capture(input)` for one, `capture_many(inputs)` for thousands; both return `Capture` dictionaries:

    {"input", "path", "warp_version", "import_error": None | Rejection,
     "modules": [{"name", "main": bool, "outputs": {"cpu": Output, "cuda": Output}}]}
    Output    = {"text": str | None, "kernels": [{"key", "name"}], "functions": [native name], "rejection": None | Rejection,
                 "rejected_kernels": {key: Rejection}}     # the last only where the module as a whole is rejected
    Rejection = {"type", "message", "line": int | None, "lines": [int]}   # line: the innermost; lines: from kernel to callee
"""

import argparse
import importlib
import importlib.util
import json
import os
import sys
import tempfile
import time

from warpsmith import children, command, live, pins, stubs

WARP_VERSION = pins.pinned("warp-lang")
DEVICES = ("cpu", "cuda")
DEFAULT_ARCH = live.DEFAULT_ARCH
DEFAULT_TIMEOUT_S = 120
_started = False


def _start_warp():
    """Imports and initialises Warp once, without output."""
    if "WARP_CACHE_PATH" not in os.environ:
        os.environ["WARP_CACHE_PATH"] = os.path.join(tempfile.gettempdir(), f"warpsmith-oracle-{os.getuid()}")
    import warp as wp

    wp.config.quiet = True
    wp.config.log_level = wp.LOG_ERROR
    saved = os.dup(2)
    with open(os.devnull, "w") as nothing:  # the native library warns of a missing CUDA driver
        os.dup2(nothing.fileno(), 2)
        try:
            wp.init()
        finally:
            os.dup2(saved, 2)
            os.close(saved)


def _import_of_package(path):
    root, names = os.path.dirname(path), [os.path.splitext(os.path.basename(path))[0]]
    while os.path.exists(os.path.join(root, "__init__.py")):
        names.insert(0, os.path.basename(root))
        root = os.path.dirname(root)
    name = ".".join(names).removesuffix(".__init__")
    sys.argv = [path]
    sys.path.insert(0, root)
    importlib.import_module(name)
    return name, path


def import_input(name):
    """Imports a file under its stem, one of a package under its dotted name, or a dotted module; returns (module name, absolute
    path)."""
    if name.endswith(".py") or os.sep in name:
        path = os.path.abspath(name)
        if os.path.exists(os.path.join(os.path.dirname(path), "__init__.py")):
            return _import_of_package(path)
        stem = os.path.splitext(os.path.basename(path))[0]
        sys.argv = [path]
        sys.path.insert(0, os.path.dirname(path))
        spec = importlib.util.spec_from_file_location(stem, path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[stem] = module
        spec.loader.exec_module(module)
        return stem, path
    sys.argv = [name]
    module = importlib.import_module(name)
    return name, getattr(module, "__file__", None)


def _select(kernels, kernel):
    return [k for k in kernels if kernel is None or k.key == kernel]


def _capture_target(module, device, request, path):
    kernels = _select(module._get_live_kernels(), request["kernel"])
    return live.generate(module, kernels, device, path, arch=request["arch"], block_dim=request["block_dim"],
                         backward=request["backward"])


def _capture_devices(modules, request, path):
    """{device: [Output of each module]}. Generating changes a kernel's tree, and with it the hash that a later generation
    computes, so all devices but the last have a child of their own."""
    def capture(device):
        return [_capture_target(m, device, request, path) for m in modules]

    *others, last = request["devices"]
    outputs = {}
    for index, found, cause in children.run(others, capture, 1, request["timeout"]):
        if found is None:
            raise RuntimeError(f"generating for {others[index]} {cause}")
        outputs[others[index]] = found
    outputs[last] = capture(last)
    return {device: outputs[device] for device in request["devices"]}


def import_modules(request):
    """Imports the input in this process. Returns its Capture, still without modules, and the Warp modules to capture: that of
    the input first, then those that Warp made for single kernels (`module="unique"`) of it."""
    import warp
    from warp._src.context import user_modules

    result = {"input": request["input"], "path": None, "warp_version": warp.config.version, "import_error": None,
              "modules": []}
    before = set(user_modules)
    if request["stub"]:
        stubs.install()
    if os.path.exists(request["input"]):
        result["path"] = os.path.abspath(request["input"])
    try:
        name, result["path"] = import_input(request["input"])
    except BaseException as error:  # an input may also call sys.exit
        result["import_error"] = live.rejection(error, result["path"])
        return result, []
    main = warp.get_module(name)
    others = [] if request["main_only"] else [m for n, m in user_modules.items() if n not in before and m is not main]
    return result, [main, *(m for m in others if _is_of(m, result["path"]))]


def _is_of(module, path):
    """Whether all kernels of a module are of this file, though the module is of another name than a Python module."""
    kernels = module._get_live_kernels()
    return bool(kernels) and module.name not in sys.modules and all(k.adj.filename == path for k in kernels)


def _capture_here(request):
    """Imports the input in this process and captures its modules. Leaves the process spoiled for other inputs."""
    result, modules = import_modules(request)
    outputs = _capture_devices(modules, request, result["path"]) if modules else {}
    result["modules"] = [{"name": m.name, "main": i == 0, "outputs": {d: found[i] for d, found in outputs.items()}}
                         for i, m in enumerate(modules)]
    return result


def _died(request, cause):
    return {"input": request["input"], "path": None, "warp_version": WARP_VERSION, "modules": [],
            "import_error": {"type": "ChildDied", "message": cause, "line": None, "lines": []}}


def request(input, devices=DEVICES, backward=True, kernel=None, arch=DEFAULT_ARCH, block_dim=None, main_only=False,
            timeout=DEFAULT_TIMEOUT_S, stub=False):
    """What to capture of one input; the unit of work of `capture_many`."""
    return {"input": str(input), "devices": list(devices), "backward": backward, "kernel": kernel, "arch": arch,
            "block_dim": block_dim, "main_only": main_only, "timeout": int(timeout), "stub": stub}


def start():
    """Imports and initialises Warp in this process, once; children forked from now on can `capture_here`."""
    import gc

    global _started
    if not _started:
        _start_warp()
        _started = True
        gc.collect()
        gc.freeze()  # the children share these pages


def capture_here(request):
    """The Capture of one request, made in this process, which is of no use for another input afterwards."""
    start()
    return _capture_here(request)


def capture_many(requests, jobs=None):
    """Yields (index, Capture) for every request as each finishes, `jobs` children at a time."""
    start()
    requests = list(requests)
    timeout = max((r["timeout"] for r in requests), default=DEFAULT_TIMEOUT_S)
    for index, result, cause in children.run(requests, capture_here, jobs, timeout):
        yield index, result if result is not None else _died(requests[index], cause)


def capture(input, **options):
    """The Capture of one input."""
    return next(result for _, result in capture_many([request(input, **options)]))


def modules_of_package(package):
    """Dotted names of every Python file of a package (or the module itself), without importing the submodules."""
    spec = importlib.util.find_spec(package)
    if spec is None:
        raise ModuleNotFoundError(f"no module named {package}")
    if not spec.submodule_search_locations:
        return [package]
    names = []
    for root in spec.submodule_search_locations:
        for folder, folders, files in os.walk(root):
            folders[:] = sorted(f for f in folders if f.isidentifier() and f != "__pycache__")
            for file in sorted(files):
                if file.endswith(".py"):
                    relative = os.path.relpath(os.path.join(folder, file), root)[:-3].replace(os.sep, ".")
                    names.append(package if relative == "__init__" else f"{package}.{relative.removesuffix('.__init__')}")
    return names


def _write_tree(result, folder):
    """Writes NAME.cpp, NAME.cu and NAME.json of one capture under `folder`, and NAME.err where anything was refused.
    Returns whether anything was."""
    stem = os.path.join(folder, os.path.basename(result["input"]).removesuffix(".py"))
    refusals = [result["import_error"]] if result["import_error"] else []
    for module in result["modules"]:
        prefix = stem if module["main"] else f"{stem}@{module['name']}"
        for device, output in module["outputs"].items():
            text = output.pop("text")
            if text is not None:
                with open(f"{prefix}.{'cpp' if device == 'cpu' else 'cu'}", "w", encoding="utf-8") as file:
                    file.write(text)
            elif output["rejection"]:
                refusals.append({"device": device, **output["rejection"], "kernels": sorted(output["rejected_kernels"])})
    with open(stem + ".json", "w", encoding="utf-8") as file:
        json.dump(result, file, indent=1)
    if refusals:
        with open(stem + ".err", "w", encoding="utf-8") as file:
            file.write("\n".join(json.dumps(r) for r in refusals) + "\n")
    return bool(refusals)


def _print_result(result, as_json):
    """Prints one capture to stdout as text or JSON; returns whether anything was refused."""
    refused = result["import_error"] is not None
    if as_json:
        print(json.dumps(result))
    elif refused:
        error = result["import_error"]
        print(f"{result['input']}:{error['line'] or 0}: {error['type']}: {error['message']}", file=sys.stderr)
    for module in result["modules"]:
        for output in module["outputs"].values():
            refused = refused or output["text"] is None
            if as_json:
                continue
            if output["text"] is not None:
                if module["main"]:
                    sys.stdout.write(output["text"])
                continue
            rejection = output["rejection"]
            print(f"{result['input']}:{rejection['line'] or 0}: {rejection['type']}: {rejection['message']}", file=sys.stderr)
    return refused


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="warpsmith.oracle", description="The text real Warp generates for an input.")
    parser.add_argument("inputs", nargs="+", metavar="FILE|MODULE|PACKAGE")
    parser.add_argument("-d", "--devices", default="cpu", help="cpu, cuda or cpu,cuda (default: cpu)")
    parser.add_argument("--no-backward", action="store_true", help="leave out the adjoint code")
    parser.add_argument("--kernel", help="only this kernel, and what it needs")
    parser.add_argument("--arch", type=int, default=DEFAULT_ARCH)
    parser.add_argument("--block-dim", type=int)
    parser.add_argument("--timeout", type=int, default=DEFAULT_TIMEOUT_S, help="seconds for one input")
    parser.add_argument("--jobs", type=int)
    parser.add_argument("--stub", action="store_true", help="stand in for optional packages that are not installed")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("-o", "--output", metavar="DIR", help="write NAME.cpp, NAME.cu, NAME.json, NAME.err here instead")
    options = parser.parse_args(arguments)
    devices = options.devices.split(",")
    if not set(devices) <= set(DEVICES):
        parser.error(f"unknown device in {options.devices!r}")
    names = []
    for item in options.inputs:
        names += [item] if item.endswith(".py") else modules_of_package(item)
    requests = [request(n, devices, not options.no_backward, options.kernel, options.arch, options.block_dim,
                        timeout=options.timeout, stub=options.stub) for n in names]
    refused, start = 0, time.monotonic()
    for _, result in capture_many(requests, options.jobs):
        if options.output:
            os.makedirs(options.output, exist_ok=True)
            bad = _write_tree(result, options.output)
        else:
            bad = _print_result(result, options.json)
        refused += bad
    if len(requests) > 1:
        seconds = time.monotonic() - start
        print(f"{len(requests)} inputs, {refused} refused, {seconds:.1f} s", file=sys.stderr)
    return 1 if refused else 0


if __name__ == "__main__":
    command.run("warpsmith.oracle", main)
