"""`make bench`: this project beside real Warp and beside zstd, in one run, with the ratios.

usage: run.py [--build DIR] [--count N] [--records N] [--repeats N] [--jobs N] [--json]
1. Kernels a second a core, stage by stage, for generated kernels, and Warp's own generation of the same, in processor
   time.
2. Likewise for the modules of Warp's own examples that both compile, read from source with what they import; of Warp the
   generation alone counts, without the import.
3. Records a second on disk (Parquet, both devices with backward), and `zstd` at the same level and thread count
   compressing the same records as JSON lines; peak memory of the run.
"""

import argparse
import importlib.util
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "python"))

from warpsmith import records  # noqa: E402

ZSTD_LEVEL = 3


def generate(program, count, folder, devices, jobs, form):
    """Seconds that `generate` took in all, of them of the processor, and its peak memory in MB."""
    start = time.monotonic()
    command = [program, "generate", "-n", str(count), "-d", devices, "-b", "--format", form, "--jobs", str(jobs),
               "-o", str(folder)]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.monotonic() - start
    if os.waitstatus_to_exitcode(status) not in (0, 1):  # 1: some kernels are missing, which the statistics say
        raise SystemExit(f"bench: `{' '.join(command)}` failed with status {status}")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024.0


def sources(program, count, folder):
    """Paths of the generated kernels, one a file."""
    generate(program, count, folder / "sources", "cpu", 1, "jsonl")
    paths = []
    for record in records.read(folder / "sources"):
        path = folder / "kernels" / str(len(paths)) / f"{record['name']}.py"
        path.parent.mkdir(parents=True)
        path.write_text(record["python_source"], encoding="utf-8")
        paths.append(str(path))
    return paths


def stages(build, paths, repeats, *options):
    return json.loads(subprocess.run([f"{build}/bench/stages_bench", *options, str(repeats), *paths], check=True,
                                     stdout=subprocess.PIPE).stdout)


def warp(paths, *options):
    command = [sys.executable, str(ROOT / "bench/warp_rate.py"), *options, *paths]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def examples(build, repeats):
    """The modules of Warp's examples that both sides compile: our stages and Warp's seconds."""
    library = importlib.util.find_spec("warp").submodule_search_locations[0]
    paths = sorted(str(path) for path in pathlib.Path(library, "examples").rglob("*.py") if "kernel" in path.read_text())
    seconds = dict(zip(paths, warp(paths, "--modules")))
    paths = [path for path in paths if seconds[path]]
    ours = stages(build, paths, repeats, "--library", library)
    both = [seconds[paths[index]] for index in ours["inputs"]]
    theirs = {key: sum(entry[key] for entry in both) for key in ("kernels", "cpu", "cuda")}
    if theirs["kernels"] != ours["kernels"]:
        raise SystemExit(f"bench: the examples have {theirs['kernels']} kernels for Warp and {ours['kernels']} for us")
    return {"warpsmith": ours, "warp": theirs, "modules_of_warp": len(paths)}


def disk(program, count, folder, jobs):
    """Our records on disk beside zstd on the same bytes."""
    seconds, processor, memory = generate(program, count, folder / "records", "cpu,cuda", jobs, "parquet")
    ours = sum(path.stat().st_size for path in (folder / "records").rglob("*.parquet"))
    generate(program, count, folder / "lines", "cpu,cuda", jobs, "jsonl")
    raw = folder / "raw.jsonl"
    with open(raw, "wb") as out:
        subprocess.run(["zstd", "-dc", *sorted((folder / "lines").rglob("*.jsonl.zst"))], stdout=out, check=True)
    start = time.monotonic()
    child = subprocess.Popen(["zstd", "-q", f"-{ZSTD_LEVEL}", f"-T{jobs}", str(raw), "-o", str(folder / "raw.zst")])
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        raise SystemExit("bench: zstd failed")
    return {"records": 2 * count, "seconds": seconds, "processor_seconds": processor,
            "zstd_seconds": time.monotonic() - start, "zstd_processor_seconds": usage.ru_utime + usage.ru_stime,
            "raw_mb": raw.stat().st_size / 1e6, "mb": ours / 1e6, "zstd_mb": (folder / "raw.zst").stat().st_size / 1e6,
            "peak_memory_mb": memory, "jobs": jobs, "level": ZSTD_LEVEL}


def rate(seconds, kernels):
    return kernels / seconds if seconds else 0.0


def report_examples(found):
    ours, theirs = found["warpsmith"], found["warp"]
    kernels = ours["kernels"]
    print(f"Modules of Warp's examples, {ours['modules']} of {found['modules_of_warp']} ({kernels} kernels), one core, both "
          "devices, kernels a second")
    warp_rate = rate(theirs["cpu"] + theirs["cuda"], kernels)
    generation = 2 * ours["lower"] + ours["emit_cpu"] + ours["emit_cuda"]
    print(f"  {'':24s}{'warpsmith':>12s}{'Warp':>10s}{'ratio':>8s}")
    for label, seconds in (("generation alone", generation), ("whole, imports read", ours["whole"])):
        us = rate(seconds, kernels)
        print(f"  {label:24s}{us:12.0f}{warp_rate:10.0f}{us / warp_rate:8.0f}")


def report(ours, theirs, on_disk):
    print(f"Generation of {ours['kernels']} generated kernels, one core, kernels a second")
    print(f"  {'stage':24s}{'warpsmith':>12s}{'Warp':>10s}{'ratio':>8s}")
    for label, mine, other in (("parse", "parse", None), ("read (parse, names)", "read", "import"),
                               ("lower and adjoint", "lower", None), ("C++ text", "emit_cpu", None),
                               ("CUDA text", "emit_cuda", None), ("whole, both devices", "whole", "whole")):
        us = rate(ours[mine], ours["kernels"])
        them = rate(theirs[other], theirs["kernels"]) if other else None
        tail = f"{them:10.0f}{us / them:8.0f}" if them else ""
        print(f"  {label:24s}{us:12.0f}{tail}")
    ratio = on_disk["seconds"] / on_disk["zstd_seconds"]
    processor_ratio = on_disk["processor_seconds"] / on_disk["zstd_processor_seconds"]
    print(f"Records on disk ({on_disk['records']} records, Parquet, both devices with backward, {on_disk['jobs']} threads, zstd "
          f"level {on_disk['level']})")
    print(f"  warpsmith generate: {on_disk['records'] / on_disk['seconds']:.0f} records/s, {on_disk['seconds']:.2f} s "
          f"({on_disk['processor_seconds']:.2f} of processor), "
          f"{on_disk['mb']:.1f} MB of {on_disk['raw_mb']:.0f} MB, peak memory {on_disk['peak_memory_mb']:.0f} MB")
    print(f"  zstd on the same bytes: {on_disk['records'] / on_disk['zstd_seconds']:.0f} records/s, "
          f"{on_disk['zstd_seconds']:.2f} s ({on_disk['zstd_processor_seconds']:.2f} of processor), "
          f"{on_disk['zstd_mb']:.1f} MB; ours takes {ratio:.2f} times as long ({processor_ratio:.2f} of processor)")


def main():
    parser = argparse.ArgumentParser(description="Speed beside real Warp and zstd.")
    parser.add_argument("--build", default=str(ROOT / "build/release"))
    parser.add_argument("--count", type=int, default=500, help="kernels of the stage benchmark")
    parser.add_argument("--records", type=int, default=20000, help="kernels of the disk benchmark")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    program = f"{options.build}/warpsmith"
    with tempfile.TemporaryDirectory(prefix="warpsmith-bench-") as name:
        folder = pathlib.Path(name)
        paths = sources(program, options.count, folder)
        ours = stages(options.build, paths, options.repeats)
        theirs = warp(paths)
        of_examples = examples(options.build, options.repeats)
        on_disk = disk(program, options.records, folder, options.jobs)
    if options.json:
        print(json.dumps({"warpsmith": ours, "warp": theirs, "examples": of_examples, "disk": on_disk}))
    else:
        report(ours, theirs, on_disk)
        report_examples(of_examples)


if __name__ == "__main__":
    main()
