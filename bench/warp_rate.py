"""Real Warp's own generation of the same kernels, on one core, in processor time: import, and text for both devices.

usage: warp_rate.py FILE...              prints one JSON object: kernels, seconds of import, cpu, cuda and whole
       warp_rate.py --modules FILE...    files of Warp's package: prints a list, one entry a file: null (it defines no kernels,
                                         or Warp refuses them), or kernels and seconds of cpu and cuda
The whole is what a person pays: import (Python's parser, Warp's registration) and generation, forward and backward.
Modules are imported in a child each, and their import, which runs other libraries too, is not part of the time.
"""

import importlib.util
import json
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "python"))

from warpsmith import children, live, oracle  # noqa: E402


def generated_kernels(paths):
    import warp as wp
    from warp._src.context import ModuleBuilder, ModuleHasher

    seconds = {"import": 0.0, "cpu": 0.0, "cuda": 0.0}
    kernels = 0
    for number, path in enumerate(paths):
        name = f"bench_{number}"
        start = time.process_time()
        spec = importlib.util.spec_from_file_location(name, path)
        module = sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        warp_module = wp.get_module(name)
        seconds["import"] += time.process_time() - start
        kernels += len(warp_module._get_live_kernels())
        for device, block_dim, arch in (("cpu", 1, None), ("cuda", None, 90)):
            start = time.process_time()
            options = warp_module.resolve_options(wp.config, block_dim=block_dim) | {"output_arch": arch}
            hasher = ModuleHasher(warp_module._get_live_kernels(), options)
            ModuleBuilder(warp_module, options, hasher, target=device).codegen(device)
            seconds[device] += time.process_time() - start
    return {"kernels": kernels, **seconds, "whole": sum(seconds.values())}


def _generate_module(path):
    """In a child: kernels of a module and seconds for each device; None where there is nothing to compare."""
    result, modules = oracle.import_modules(oracle.request(path, main_only=True, stub=True))
    kernels = modules[0]._get_live_kernels() if modules and not result["import_error"] else []
    if not kernels:
        return None
    found = {}
    for device in ("cpu", "cuda"):
        start = time.process_time()
        try:
            builder = live.build(modules[0], kernels, live.target_options(modules[0], device), device)
            builder.codegen(device)
        except Exception:
            return None
        found[device] = time.process_time() - start
        found["kernels"] = len(builder.kernels)  # kernels of one content are one
    return found


def modules(paths):
    found = [None] * len(paths)
    for index, result, _ in children.run(paths, _generate_module, jobs=1):
        found[index] = result
    return found


def main(arguments):
    oracle.start()
    if arguments and arguments[0] == "--modules":
        print(json.dumps(modules(arguments[1:])))
    else:
        print(json.dumps(generated_kernels(arguments)))


main(sys.argv[1:])
