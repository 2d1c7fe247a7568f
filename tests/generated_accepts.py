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


def load(record, name=None):
    """The record's module, executed without a file; linecache gives Warp the source text. `name` may be shared."""
    name = name or record["name"]
    path = f"{record['name']}.py"
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


def value_for(wp, annotation):
    """A small argument: extents 4, zeros in arrays, 3 for numbers."""
    if isinstance(annotation, wp.array):
        return wp.zeros(shape=(4,) * annotation.ndim, dtype=annotation.dtype, device="cpu")
    if hasattr(annotation, "vars"):
        instance = annotation()
        for name, field in annotation.vars.items():
            setattr(instance, name, value_for(wp, field.type))
        return instance
    if hasattr(annotation, "_length_"):
        return annotation()
    return annotation(3)


def run(wp, records, label):
    """Compiles the records as one module, which is much faster than one by one, and launches each kernel."""
    kernels = [getattr(load(record, label), record["name"]) for record in records]
    for record, kernel in zip(records, kernels):
        arguments = [value_for(wp, argument.type) for argument in kernel.adj.args]
        wp.launch(kernel, dim=(4,) * record["rank"], inputs=arguments, device="cpu")
    wp.synchronize()


def check(records, compile_count, report):
    """In a child: one line a failure."""
    import warp as wp
    for record in records:
        try:
            generate_text(wp, record)
        except BaseException as error:  # noqa: BLE001 - whatever Warp raises is the finding
            report.write(json.dumps([record["name"], f"{type(error).__name__}: {error}"[-600:]]) + "\n")
        sys.modules.pop(record["name"], None)
    report.flush()
    for begin in range(0, compile_count, 50):
        batch = records[begin:min(begin + 50, compile_count)]
        try:
            run(wp, batch, f"batch_{batch[0]['name']}")
        except BaseException as error:  # noqa: BLE001
            report.write(json.dumps([batch[0]["name"], f"compiling {len(batch)} from this one: {type(error).__name__}: {error}"[-600:]]) + "\n")


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
        wp.config.log_level = 30
        wp.config.kernel_cache_dir = cache
        wp.config.optimization_level = 0
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
