"""Captures of every Warp module that other programs make while they run: test suites, examples.

    python -m warpsmith.suites LIST -o DIR [--only NAME]... [--jobs 2] [--timeout 600]

runs each suite of LIST in a process of its own. Each time Warp is about to build a module in a state that was not seen
before, the module is snapshotted and Warp's text of it is kept, for both devices; `python -m warpsmith.parity DIR` then
compares. LIST has one suite a line: a module of unittest cases, or `run MODULE ARGUMENT...` for a program; `#` begins a
comment. Suites do run on the CPU, so kernels are compiled, but without optimisation. With --dry they are not compiled and do
nothing, and what suites say of results is ignored: minutes instead of hours, for nearly the same modules.

DIR/SUITE/N.capture.z are the captures, DIR/SUITE/done.json says how the run went, DIR/list.json names the suites of LIST.
A suite that ran to its end, or past its time, is not run again unless its line or the code that writes snapshots changed.
"""

import argparse
import gc
import hashlib
import json
import os
import pathlib
import re
import runpy
import shlex
import shutil
import signal
import subprocess
import sys
import time
import unittest

from warpsmith import captures, command, dry_run, oracle, snapshot

CAPTURE_VERSION = 1
DEFAULT_TIMEOUT_S = 900
CAPTURE_TIMEOUT_S = 120


# --- in the process of one suite -----------------------------------------------------------------------------------


class _Recorder:
    """Writes a capture of each module state that is new, whenever Warp hashes a module anew."""

    def __init__(self, folder):
        self.folder, self.seen, self.count = pathlib.Path(folder), set(), 0

    def record(self, module, block_dim):
        choices = {"cpu": {"block_dim": block_dim}}
        entry = {"name": module.name, "main": True, "outputs": {}, "document": None, "error": None}
        try:
            entry["document"], entry["outputs"] = snapshot.capture_module(module, choices, timeout=CAPTURE_TIMEOUT_S)
        except RuntimeError as error:
            entry["error"] = str(error)
        content = json.dumps(entry["outputs"] or entry["error"], sort_keys=True)
        digest = hashlib.sha256(content.encode()).digest()
        if digest in self.seen or not self.worth_keeping(entry):
            return
        self.seen.add(digest)
        answer = {"input": module.name, "path": None, "warp_version": oracle.WARP_VERSION, "import_error": None, "modules": [entry]}
        captures.write(self.folder / f"{self.count:05d}{captures.CAPTURE_SUFFIX}", answer)
        self.count += 1

    @staticmethod
    def worth_keeping(entry):
        return entry["error"] is not None or any(o["kernels"] or o["text"] is None for o in entry["outputs"].values())

    def install(self):
        from warp._src import context

        original = context.Module.get_module_hash

        def get_module_hash(module, block_dim=None):
            with context._codegen_lock:  # no other thread may hold it where this process forks
                wanted = module.options["block_dim"] if block_dim is None else block_dim
                is_known = wanted in module.hashers and not module.has_unresolved_static_expressions
                if not is_known and not module.defer_reference_scan:  # else it may yet give way to an equal module
                    self.record(module, block_dim)
                return original(module, block_dim)

        context.Module.get_module_hash = get_module_hash


def _compile_without_optimisation():
    from warp._src import build

    original = build.build_cpu
    build.build_cpu = lambda *arguments, **options: original(*arguments, **options | {"optimization_level": 0})


def _run_suite(words, folder, is_dry):
    """Runs one suite in this process; returns what there is to say about the run."""
    oracle.start()
    gc.unfreeze()
    recorder = _Recorder(folder)
    recorder.install()
    if is_dry:
        dry_run.install()
    else:
        _compile_without_optimisation()
    outcome = {"tests": 0, "failed": 0, "error": None}
    try:
        if words[0] == "run":
            sys.argv = words[1:]
            runpy.run_module(words[1], run_name="__main__", alter_sys=True)
        else:
            sys.argv = words
            result = unittest.TextTestRunner(verbosity=0).run(unittest.defaultTestLoader.loadTestsFromName(words[0]))
            outcome.update(tests=result.testsRun, failed=len(result.failures) + len(result.errors))
    except SystemExit as error:
        outcome["error"] = f"exit {error.code}" if error.code else None
    except BaseException as error:
        outcome["error"] = f"{type(error).__name__}: {error}"[:300]
    return outcome | {"captures": recorder.count}


# --- all of them ---------------------------------------------------------------------------------------------------


def read_list(path):
    """[words of each suite] of a list."""
    lines = pathlib.Path(path).read_text(encoding="utf-8").splitlines()
    return [words for words in (shlex.split(line, comments=True) for line in lines) if words]


def folder_of(words, root):
    return pathlib.Path(root, re.sub(r"[^\w.=-]+", "_", " ".join(words)))


def _key(words, is_dry):
    return {"suite": " ".join(words), "dry": is_dry, "versions": [CAPTURE_VERSION, captures.CACHE_VERSION, oracle.WARP_VERSION],
            "code": captures.snapshot_code().hex()}


def report_of(words, root, is_dry=False, keep=False):
    """How the last run of a suite went, or None if it has to be run. `keep`: whatever code wrote its captures."""
    try:
        found = json.loads((folder_of(words, root) / "done.json").read_text())
    except (OSError, ValueError):
        return None
    wanted = _key(words, is_dry) | ({"code": found["key"]["code"]} if keep else {})
    return found if found["key"] == wanted else None


def _start(words, root, is_dry):
    folder = folder_of(words, root)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    cache = pathlib.Path(root, "dry-kernels" if is_dry else "kernels")  # what is empty must not be found by other runs
    environment = dict(os.environ, WARP_CACHE_PATH=str(cache.resolve()))
    log = open(folder / "log", "wb")
    command = [sys.executable, "-m", "warpsmith.suites", "--run", json.dumps(words), "-o", str(folder.resolve())]
    command += ["--dry"] if is_dry else []
    return subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environment, start_new_session=True)


def _finish(words, root, is_dry, began, timed_out):
    folder = folder_of(words, root)
    try:
        outcome = json.loads((folder / "outcome.json").read_text())
    except (OSError, ValueError):
        outcome = {"tests": 0, "failed": 0, "error": "ran past its time" if timed_out else "the process died",
                   "captures": len(list(folder.glob("*" + captures.CAPTURE_SUFFIX)))}
    outcome |= {"suite": " ".join(words), "key": _key(words, is_dry), "seconds": round(time.monotonic() - began, 1)}
    (folder / "done.json").write_text(json.dumps(outcome))
    return outcome


def run(suites, root, jobs, timeout, is_dry=False, keep=False):
    """Yields the report of each suite as it ends; those that are done already come first."""
    waiting, running = [], []
    for words in suites:
        found = report_of(words, root, is_dry, keep)
        if found is None:
            waiting.append(words)
        else:
            yield found
    while waiting or running:
        while waiting and len(running) < jobs:
            words = waiting.pop(0)
            running.append((words, _start(words, root, is_dry), time.monotonic()))
        time.sleep(0.05)
        for entry in list(running):
            words, process, began = entry
            late = process.poll() is None and time.monotonic() - began > timeout
            if late:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            if process.poll() is not None:
                running.remove(entry)
                yield _finish(words, root, is_dry, began, late)


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="warpsmith.suites", description=__doc__.split("\n")[0])
    parser.add_argument("list", nargs="?", metavar="LIST", help="file with one suite a line")
    parser.add_argument("-o", "--output", metavar="DIR", required=True)
    parser.add_argument("--only", action="append", metavar="NAME", help="only suites whose line contains NAME")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--timeout", type=int, default=DEFAULT_TIMEOUT_S, help="seconds for one suite (default: %(default)s)")
    parser.add_argument("--keep", action="store_true", help="use captures of an older version of the code that writes them")
    parser.add_argument("--dry", action="store_true", help="compile nothing and run no kernel")
    parser.add_argument("--run", help=argparse.SUPPRESS)  # one suite, as JSON words, in this process
    options = parser.parse_args(arguments)
    if options.run:
        outcome = _run_suite(json.loads(options.run), options.output, options.dry)
        pathlib.Path(options.output, "outcome.json").write_text(json.dumps(outcome))
        return 0
    if options.list is None:
        parser.error("give a LIST")
    listed = read_list(options.list)
    pathlib.Path(options.output).mkdir(parents=True, exist_ok=True)
    pathlib.Path(options.output, "list.json").write_text(json.dumps([" ".join(words) for words in listed]))
    suites = [w for w in listed if not options.only or any(n in " ".join(w) for n in options.only)]
    for done, outcome in enumerate(run(suites, options.output, options.jobs, options.timeout, options.dry, options.keep), 1):
        note = f"; {outcome['error']}" if outcome["error"] else f"; {outcome['failed']} failed" if outcome["failed"] else ""
        print(f"[{done}/{len(suites)}] {outcome['suite']}: {outcome['captures']} module states, {outcome['tests']} tests, "
              f"{outcome['seconds']} s{note}", flush=True)
    return 0


if __name__ == "__main__":
    command.run("warpsmith.suites", main)
