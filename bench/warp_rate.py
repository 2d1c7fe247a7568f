"""Real Warp's own generation of the same kernels, on one core, in processor time: import, and text for both devices.

usage: warp_rate.py FILE...      prints one JSON object: kernels, seconds of import, cpu and cuda
The whole is what a person pays: import (Python's parser, Warp's registration) and generation, forward and backward.
"""

import importlib.util
import json
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "python"))

from warpsmith import oracle  # noqa: E402


def main(paths):
    oracle.start()
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
    print(json.dumps({"kernels": kernels, **seconds, "whole": sum(seconds.values())}))


main(sys.argv[1:])
