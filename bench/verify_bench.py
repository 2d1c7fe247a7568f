"""Kernels a second compiled and run, forward and backward, beside real Warp's own compile-and-launch of the same; and PTX.

usage: verify_bench.py [--build DIR] [--count N] [--ptx N] [--warp-count N] [--json]
Rates are of processor time, so that what else the machine does falls out; on as many cores, so many times the rate. "warp"
is real Warp, a kernel a module, at its defaults (O2) and at O0; the rest are batches at O0, which is what checks use.
"""

import argparse
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "python"))

from warpsmith import records  # noqa: E402


def sources(program, count, folder):
    """Paths of generated kernels, one a file."""
    subprocess.run([program, "generate", "-n", str(count), "-d", "cpu", "-o", str(folder / "dataset"), "-q"], check=True,
                   stdout=subprocess.DEVNULL)
    paths = []
    for record in records.read(folder / "dataset"):
        path = folder / f"{record['name']}.py"
        path.write_text(record["python_source"], encoding="utf-8")
        paths.append(str(path))
    return paths


def batches(build, warp, paths, *words):
    done = subprocess.run([f"{build}/bench/verify_bench", "--warp", warp, *map(str, words), *paths], stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        return None
    return json.loads(done.stdout)


def by_warp(paths, optimization):
    """Processor seconds a kernel of real Warp, import to results, with what it starts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, __file__, "--launch-by-warp", str(optimization), *paths], stdout=subprocess.PIPE, text=True,
                          check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return json.loads(done.stdout) | {"processor": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime}


def launch_by_warp(optimization, paths):
    """In a process of its own: import, compile and launch each kernel as a person would; a header is made once."""
    with tempfile.TemporaryDirectory() as cache:
        os.environ["WARP_CACHE_PATH"] = cache
        from warpsmith import launch_parity, oracle

        oracle.start()
        import time

        import warp

        warp.config.cpu_compiler_flags = " ".join(launch_parity.FLAGS)
        seconds = {"import": 0.0, "arguments": 0.0, "build": 0.0, "launch": 0.0}
        launched = 0
        warp.config.optimization_level = optimization
        for path in paths:
            marks = [time.process_time()]
            name, _ = oracle.import_input(path)
            module = warp.get_module(name)
            marks.append(time.process_time())
            module.load(warp.get_device("cpu"), 1)
            marks.append(time.process_time())
            for kernel in module._get_live_kernels():
                try:
                    arguments = launch_parity._Arguments(warp, kernel)
                except launch_parity.NotPlain:
                    continue
                seconds["arguments"] += time.process_time() - marks[-1]
                start = time.process_time()
                shape = launch_parity.SHAPES[kernel.adj.kernel_dim or 1]
                warp.launch(kernel, dim=shape, inputs=arguments.values, device="cpu")
                warp.launch(kernel, dim=shape, inputs=arguments.values, adj_inputs=arguments.adjoints, adjoint=True, device="cpu")
                seconds["launch"] += time.process_time() - start
                launched += 1
            seconds["import"] += marks[1] - marks[0]
            seconds["build"] += marks[2] - marks[1]
        print(json.dumps({"kernels": launched, "seconds": seconds}))


def rate(result):
    if result is None:
        return None
    used = sum(result[part]["processor"] for part in ("header", "compile_and_load", "run") if part in result)
    return result["accepted"] / used


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", default=str(ROOT / "build/release"))
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--warp-count", type=int, default=50)
    parser.add_argument("--ptx", type=int, default=200)
    parser.add_argument("--batch", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    import warp

    folder = os.path.dirname(warp.__file__)
    with tempfile.TemporaryDirectory(prefix="warpsmith-bench-") as scratch:
        paths = sources(f"{options.build}/warpsmith", options.count, pathlib.Path(scratch))
        result = {}
        for compiler in ("warp", "clang"):
            for instantiations in ("both", "generic"):
                result[f"{compiler}, {instantiations}"] = batches(options.build, folder, paths, "--compiler", compiler, "--batch",
                                                                 options.batch, "--instantiations", instantiations)
        few = paths[:options.warp_count]
        result["warp, one by one"] = batches(options.build, folder, few, "--compiler", "warp", "--batch", 1, "--instantiations", "both")
        real = {f"Warp itself, O{level}": by_warp(few, level) for level in (0, 2)}
        ptx = {f"PTX, batches of {size}": batches(options.build, folder, paths[:options.ptx], "--ptx", 90, "--batch", size)
               for size in (1, 100)} if options.ptx else {}
    if options.json:
        print(json.dumps({"batches": result, "warp": real, "ptx": ptx}))
        return
    print("kernels a second of one core, compiled and run, forward and backward (processor time)")
    for name, found in result.items():
        if found is None:
            print(f"  {name}: not installed")
            continue
        parts = ", ".join(f"{part.replace('_', ' ')} {1e3 * found[part]['processor'] / found['kernels']:.2f}"
                          for part in ("header", "compile_and_load", "run"))
        print(f"  {name}: {rate(found):.1f}/s; ms a kernel: {parts}, of these load {1e3 * found['load_wall'] / found['kernels']:.2f}")
    for name, found in real.items():
        print(f"  {name}: {found['kernels'] / found['processor']:.1f}/s")
    for name, found in ptx.items():
        if found:
            print(f"  {name}: {found['accepted'] / found['compile']['processor']:.1f}/s")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--launch-by-warp"]:
        launch_by_warp(int(sys.argv[2]), sys.argv[3:])
    else:
        main()
