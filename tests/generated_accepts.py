"""Does real Warp accept generated kernels? usage: generated_accepts.py TOOL COUNT [--seed S] [--start I] [--compile N] [--jobs J]

TOOL is tests/tools/generate_text. Every kernel is turned into CPU and CUDA text by real Warp; --compile also compiles
and launches the first N on the CPU, with small arrays. Prints each refusal with its cause; exit 1 if there is any."""
import argparse
import collections
import importlib.util
import json
import linecache
import os
import subprocess
import sys
import tempfile


def load(record):
    """The record's module, executed without a file; linecache gives Warp the source text."""
    name = record["name"]
    path = f"{name}.py"
    source = record["python_source"]
    linecache.cache[path] = (len(source), None, source.splitlines(True), path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader=None))
    module.__file__ = path
    sys.modules[name] = module
    exec(compile(source, path, "exec"), module.__dict__)
    return module


def generate_text(wp, record):
    from warp._src.context import ModuleBuilder, ModuleHasher
    load(record)
    module = wp.get_module(record["name"])
    for device in ("cpu", "cuda"):
        options = module.resolve_options(wp.config, block_dim=1 if device == "cpu" else None)
        options = options | {"output_arch": 90 if device == "cuda" else None}
        hasher = ModuleHasher(module._get_live_kernels(), options)
        ModuleBuilder(module, options, hasher, target=device).codegen(device)


def value_for(wp, np, argument, sizes, structs):
    """A small argument: extents 4, integers 0 to 3, floats 0 to 1."""
    annotation = argument.type
    if isinstance(annotation, wp.array):
        shape = (4,) * annotation.ndim
        return wp.zeros(shape=shape, dtype=annotation.dtype, device="cpu")
    if hasattr(annotation, "instance_type") or hasattr(annotation, "cls"):
        instance = annotation()
        for name, field in annotation.vars.items():
            setattr(instance, name, value_for(wp, np, field, sizes, structs))
        return instance
    if annotation in (int, float, bool):
        return annotation(3)
    if hasattr(annotation, "_length_"):
        return annotation()
    return annotation(3)


def run(wp, record):
    import numpy as np
    load(record)
    module = wp.get_module(record["name"])
    kernel = module.kernels[record["name"]]
    arguments = [value_for(wp, np, argument, None, None) for argument in kernel.adj.args]
    wp.launch(kernel, dim=(4,) * record["rank"], inputs=arguments, device="cpu")
    wp.synchronize()


def check(records, compile_first, report):
    """In a child: one line a failure."""
    import warp as wp
    for number, record in enumerate(records):
        try:
            generate_text(wp, record)
            if number < compile_first:
                run(wp, record)
        except BaseException as error:  # noqa: BLE001 - whatever Warp raises is the finding
            report.write(json.dumps([record["name"], f"{type(error).__name__}: {error}"[-600:]]) + "\n")
        sys.modules.pop(record["name"], None)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tool")
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", default="0")
    parser.add_argument("--start", default="0")
    parser.add_argument("--compile", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--show", type=int, default=10)
    options = parser.parse_args()
    text = subprocess.run([options.tool, str(options.count), options.seed, options.start], check=True, capture_output=True, text=True).stdout
    records = [json.loads(line) for line in text.splitlines()]
    with tempfile.TemporaryDirectory() as cache:
        os.environ["WARP_CACHE_PATH"] = cache
        import warp as wp
        wp.config.quiet = True
        wp.config.kernel_cache_dir = cache
        wp.init()
        size = 200
        batches = [records[i:i + size] for i in range(0, len(records), size)]
        failures, running, crashed = [], {}, 0

        def reap():
            nonlocal crashed
            pid, status = os.wait()
            batch, report = running.pop(pid)
            report.seek(0)
            failures.extend(json.loads(line) for line in report)
            if status:
                crashed += 1
                print(f"a child died (status {status}) in the batch from {batch[0]['name']}")

        for number, batch in enumerate(batches):
            report = tempfile.TemporaryFile("w+")
            pid = os.fork()
            if pid == 0:
                check(batch, max(0, min(size, options.compile - number * size)), report)
                report.flush()
                os._exit(0)
            running[pid] = (batch, report)
            if len(running) >= options.jobs:
                reap()
        while running:
            reap()
    sources = {record["name"]: record["python_source"] for record in records}
    causes = collections.Counter(message.splitlines()[-1][:160] for _, message in failures)
    for cause, count in causes.most_common(30):
        print(count, cause)
    for name, message in failures[:options.show]:
        print("-" * 100, message, sources[name], sep="\n")
    print(f"{len(records) - len(failures)}/{len(records)} kernels accepted by Warp {wp.config.version} on cpu and cuda")
    sys.exit(1 if failures or crashed else 0)


if __name__ == "__main__":
    main()
