"""Warpsmith against real Warp, byte for byte: `warpsmith emit` on every input beside what Warp generates for it.

    python -m warpsmith.parity INPUT... [-d cpu,cuda] [--no-backward] [--json] [--markdown FILE]
    python -m warpsmith.parity --generate COUNT [--seed S]
    python -m warpsmith.parity --diff INPUT -d cpu [--kernel NAME]

INPUT is a Python file, a folder of them, a package, a dotted module, or a dataset folder (whose records are compared as
well as the text emitted for their source). Warp imports inputs, which runs their code. Its answers are kept in --cache
under the hash of the file, so a second run needs Warp only for what changed. Exit codes: 0 all identical or rejected by
both, 1 something is not, 2 bad usage, 3 an input cannot be read.

Outcomes, per module and device: identical, differing; rejected (by both), rejected_by_warp, rejected_by_us, unsupported
(Warp accepts it, we say we do not yet), failed (our program died); not_importable counts apart.
"""

import argparse
import collections
import hashlib
import importlib.util
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import zlib

from warpsmith import children, compare, oracle, records

ROOT = pathlib.Path(__file__).resolve().parents[2]
CACHE_VERSION = 2
EMIT_TIMEOUT_S = 60
GOOD = ("identical", "rejected")
OUTCOMES = ("identical", "differing", "rejected", "rejected_by_warp", "rejected_by_us", "unsupported", "failed")


def default_program():
    return os.environ.get("WARPSMITH_BINARY") or os.environ.get("WARPSMITH") or str(ROOT / "build/release/warpsmith")


# --- what is asked -------------------------------------------------------------------------------------------------


def _item(name, path, settings, record_path=None):
    return {"name": name, "path": str(path), "settings": settings, "records": record_path}


def _source_of(dotted):
    spec = importlib.util.find_spec(dotted)
    return spec.origin if spec else None


def _package_items(package, settings):
    root = importlib.util.find_spec(package)
    if root is None:
        raise FileNotFoundError(f"{package}: no such file, folder or module")
    if not root.submodule_search_locations:
        return [_item(package, root.origin, settings)]
    base = root.submodule_search_locations[0]
    items = []
    for dotted in oracle.modules_of_package(package):
        relative = dotted[len(package):].lstrip(".").replace(".", os.sep)
        path = os.path.join(base, relative + ".py") if relative else ""
        if not os.path.exists(path):
            path = os.path.join(base, relative, "__init__.py")
        if b"warp" in pathlib.Path(path).read_bytes():
            items.append(_item(dotted, path, settings))
    return items


def items_of(inputs, settings, scratch):
    """The modules to compare. Sources of dataset records are laid out under `scratch`, one folder a record."""
    items = []
    for name in inputs:
        if name.endswith(".py"):
            if not os.path.isfile(name):
                raise FileNotFoundError(f"{name}: no such file")
            items.append(_item(name, os.path.abspath(name), settings))
        elif os.path.isdir(name):
            sources = sorted(pathlib.Path(name).rglob("*.py"))
            items += [_item(str(p), p.resolve(), settings) for p in sources]
            items += _dataset_items(name, settings, scratch)
        else:
            items += _package_items(name, settings)
    return items


def _dataset_items(folder, settings, scratch):
    """One item a distinct (source, backward), with the records of both devices beside it."""
    items, places = [], {}
    for record in records.read(folder):
        key = (record["python_source"], record["has_backward"])
        place = places.get(key)
        if place is None:
            place = places[key] = pathlib.Path(scratch, str(len(places)))
            place.mkdir(parents=True)
            path = place / f"{record['name']}.py"
            path.write_text(record["python_source"], encoding="utf-8")
            own = dict(settings, backward=record["has_backward"], cache=None)
            items.append(_item(f"{record['name']} ({record['id']})", path, own, str(place / "records.jsonl")))
        with open(place / "records.jsonl", "a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")
    return items


# --- one input, in a child -----------------------------------------------------------------------------------------


def _cache_file(item):
    settings = item["settings"]
    if not settings["cache"]:
        return None
    key = hashlib.sha256()
    key.update(pathlib.Path(item["path"]).read_bytes())
    key.update(json.dumps([CACHE_VERSION, oracle.WARP_VERSION, item["name"], item["path"], settings["devices"],
                           settings["backward"], settings["kernel"], settings["arch"], settings["stub"]]).encode())
    return pathlib.Path(settings["cache"], key.hexdigest()[:32] + ".json.z")


def _cached(item):
    """Warp's answer from the cache, or None."""
    file = _cache_file(item)
    try:
        return json.loads(zlib.decompress(file.read_bytes())) if file else None
    except (OSError, ValueError, zlib.error):
        return None


def warp_answer(item):
    """Warp's Capture of an item, from the cache where it is there. Call it in a child only."""
    found = _cached(item)
    if found is not None:
        return found
    settings = item["settings"]
    dotted = item["name"] if not item["name"].endswith(".py") and not item["records"] else item["path"]
    answer = oracle.capture_here(oracle.request(
        dotted, settings["devices"], settings["backward"], settings["kernel"], settings["arch"], stub=settings["stub"]))
    file = _cache_file(item)
    if file and answer["import_error"] is None:
        file.parent.mkdir(parents=True, exist_ok=True)
        beside = file.with_suffix(f".{os.getpid()}")
        beside.write_bytes(zlib.compress(json.dumps(answer).encode(), 1))
        os.replace(beside, file)
    return answer


def our_answer(item, device, *more):
    """(exit code or None after a time-out, text, messages) of `warpsmith emit`."""
    settings = item["settings"]
    command = [settings["program"], "emit", item["path"], "-d", device, "--arch", str(settings["arch"]), *more]
    if not settings["backward"]:
        command.append("--no-backward")
    if settings["kernel"]:
        command += ["--kernel", settings["kernel"]]
    try:
        done = subprocess.run(command, capture_output=True, timeout=EMIT_TIMEOUT_S, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return None, "", "ran past its time"
    except OSError as error:
        return None, "", f"cannot run {settings['program']}: {error}"
    return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")


def refusal_cause(messages):
    """(severity, cause, line) of the first diagnostic in our messages."""
    found = re.search(r"^\S.*?:(\d+):\d+: (\w+): (.*)$", messages, re.M)
    if not found:
        found = re.search(r"^.*?\b(rejected|unsupported|content|error)\b:? ?(.*)$", messages, re.M | re.I)
        if not found:
            return "failed", (messages.strip().splitlines() or ["no message"])[-1][:160], None
        return found.group(1).lower(), found.group(2)[:160], None
    message = re.sub(r"'[^']*'(?=.*\[)", "'...'", found.group(3)) if found.group(2) == "rejected" else found.group(3)
    return found.group(2).lower(), message[:160], int(found.group(1))


def _refused_by_us(code, messages, warp_output):
    """Outcome and cause where emit gave no text."""
    severity, cause, line = refusal_cause(messages)
    if code != 1 or severity == "failed":
        return "failed", f"exit {code}: {cause}", line
    if severity == "unsupported":
        return "unsupported", cause, line
    return ("rejected" if warp_output["text"] is None else "rejected_by_us"), cause, line


def _compare_target(item, device, warp_output):
    """The Result of one module on one device."""
    code, text, messages = our_answer(item, device)
    kernels = warp_output["kernels"]
    result = {"name": item["name"], "path": item["path"], "device": device, "kernels": len(kernels), "same": 0,
              "cause": None, "line": None, "causes": {}}
    if code != 0:
        result["outcome"], result["cause"], result["line"] = _refused_by_us(code, messages, warp_output)
        text = ""
        if warp_output["text"] is not None and kernels and result["outcome"] != "failed":
            code, text, _ = our_answer(item, device, "--keep-going")
            text = text if code is not None and code >= 0 else ""
    elif warp_output["text"] is None:
        result.update(outcome="rejected_by_warp", cause=_warp_reason(warp_output), line=warp_output["rejection"]["line"])
    elif text == warp_output["text"]:
        result.update(outcome="identical", same=len(kernels))
        return result
    else:
        difference = compare.first_difference(warp_output["text"], text)
        result.update(outcome="differing", cause=compare.cause(difference), line=difference.line,
                      warp_line=difference.warp, our_line=difference.ours)
    if warp_output["text"] is not None:
        _count_kernels(result, warp_output, text)
    return result


def _count_kernels(result, warp_output, text):
    causes = collections.Counter()
    for cause in compare.compare_kernels(warp_output["text"], text, warp_output["kernels"]).values():
        if cause is None:
            result["same"] += 1
        else:
            causes[result["cause"] if cause == "the kernel is missing" else cause] += 1
    if not causes:
        causes[result["cause"]] += 0  # only what stands between the kernels differs
    result["causes"] = dict(causes)


def _warp_reason(warp_output):
    rejection = warp_output["rejection"]
    return f"{rejection['type']}: {rejection['message'].split(';')[-1].strip()}"[:160]


def compare_item(item):
    """The Results of one item: one a device, and one a record where it came from a dataset. Call it in a child only."""
    answer = warp_answer(item)
    if answer["import_error"]:
        error = answer["import_error"]
        return [{"name": item["name"], "path": item["path"], "device": "", "outcome": "not_importable",
                 "cause": f"{error['type']}: {error['message']}"[:160], "kernels": 0, "same": 0, "causes": {}, "line": None}]
    module = next(m for m in answer["modules"] if m["main"])
    results = []
    for device in item["settings"]["devices"]:
        output = module["outputs"][device]
        if output["kernels"] or output["text"] is None:
            results.append(_compare_target(item, device, output))
    if item["records"]:
        for line in open(item["records"], encoding="utf-8"):
            _judge_record(item, json.loads(line), module, results)
    return results


def _judge_record(item, record, module, results):
    """Lowers the result of the record's device to `differing` where the record itself does not hold Warp's definitions."""
    output = module["outputs"].get(record["device"])
    result = next((r for r in results if r["device"] == record["device"]), None)
    if output is None or result is None:
        return
    wrong = "Warp rejects it" if output["text"] is None else records.fault(
        record, output["text"].replace(item["path"], os.path.basename(item["path"])))
    if wrong and result["outcome"] == "identical":
        cause = f"record: {wrong}"
        result.update(outcome="differing", same=0, cause=cause, causes={cause: result["kernels"]})


# --- all of them ---------------------------------------------------------------------------------------------------


def run(items, jobs, progress=None):
    """Results of all items, in the order given."""
    def prepare(item):
        if _cached(item) is None:
            oracle.start()

    timeout = oracle.DEFAULT_TIMEOUT_S + 4 * EMIT_TIMEOUT_S
    found = [None] * len(items)
    for done, (index, results, cause) in enumerate(children.run(items, compare_item, jobs, timeout, prepare), 1):
        item = items[index]
        found[index] = results if results is not None else [
            {"name": item["name"], "path": item["path"], "device": "", "outcome": "not_importable", "cause": cause,
             "kernels": 0, "same": 0, "causes": {}, "line": None}]
        if progress:
            progress(done, len(items))
    return [result for results in found for result in results]


def summary(results):
    """Counts of modules and kernels, and causes ranked by the kernels they touch."""
    compared = [r for r in results if r["outcome"] != "not_importable"]
    modules = {o: sum(r["outcome"] == o for r in compared) for o in OUTCOMES}
    accepted = [r for r in compared if r["outcome"] not in ("rejected", "rejected_by_warp")]
    ranked = {}
    for result in compared:
        if result["outcome"] in GOOD:
            continue
        causes = result["causes"] or {result["cause"]: result["kernels"]}
        for text, kernels in causes.items():
            entry = ranked.setdefault((result["outcome"], text), {
                "outcome": result["outcome"], "cause": text, "kernels": 0, "modules": 0,
                "example": f"{result['path']} [{result['device']}]" + (f" line {result['line']}" if result["line"] else "")})
            entry["kernels"] += kernels
            entry["modules"] += 1
    return {
        "modules_compared": len(compared), "kernels_compared": sum(r["kernels"] for r in accepted),
        "kernels_identical": sum(r["same"] for r in accepted), "modules": modules,
        "not_importable": len(results) - len(compared),
        "causes": sorted(ranked.values(), key=lambda e: (-e["kernels"], -e["modules"], e["cause"] or "")),
    }


def print_text(results, totals, limit):
    for result in results:
        if result["outcome"] in GOOD or limit == 0:
            continue
        limit -= 1
        print(f"{result['outcome']}: {result['name']} [{result['device'] or '-'}]"
              + (f" line {result['line']}" if result["line"] else "") + f": {result['cause']}")
        if result["outcome"] == "differing" and "warp_line" in result:
            print(f"    Warp: {result['warp_line'][:200]}\n    ours: {result['our_line'][:200]}")
    if totals["causes"]:
        print("causes, by kernels touched:")
        for entry in totals["causes"][:40]:
            print(f"  {entry['kernels']:6d} kernels {entry['modules']:5d} modules  {entry['outcome']}: {entry['cause']}"
                  f"\n         e.g. {entry['example']}")
    print(f"modules: {totals['modules_compared']} compared, "
          + ", ".join(f"{n} {o.replace('_', ' ')}" for o, n in totals["modules"].items() if n)
          + f"; {totals['not_importable']} not importable")
    share = 100.0 * totals["kernels_identical"] / max(totals["kernels_compared"], 1)
    print(f"kernels: {totals['kernels_compared']} compared, {totals['kernels_identical']} identical ({share:.2f} %)")


def write_markdown(path, title, results, totals):
    """A table of what does not match yet and the construct that stops each."""
    lines = [f"# {title}", "", "Written by `python -m warpsmith.parity --markdown`; do not edit.", "",
             f"{totals['modules']['identical']} of {totals['modules_compared']} module texts and "
             f"{totals['kernels_identical']} of {totals['kernels_compared']} kernels are identical; "
             f"{totals['not_importable']} files cannot be imported here.", "",
             "| module | device | kernels identical | outcome | what stops it |", "|---|---|---|---|---|"]
    for result in sorted(results, key=lambda r: (r["name"], r["device"])):
        if result["outcome"] not in GOOD:
            cause = (result["cause"] or "").replace("|", "\\|")
            lines.append(f"| {result['name']} | {result['device']} | {result['same']}/{result['kernels']} | "
                         f"{result['outcome'].replace('_', ' ')} | {cause} |")
    pathlib.Path(path).write_text("\n".join(lines) + "\n", encoding="utf-8")


def show_diff(items):
    """Prints the unified diff of each item and device; returns whether all are equal."""
    equal = True
    for item in items:
        answers = list(children.run([item], warp_answer, 1, oracle.DEFAULT_TIMEOUT_S, lambda i: oracle.start()))
        _, answer, cause = answers[0]
        if answer is None or answer["import_error"]:
            print(f"{item['name']}: Warp cannot import it: {cause or answer['import_error']['message']}", file=sys.stderr)
            equal = False
            continue
        module = next(m for m in answer["modules"] if m["main"])
        for device in item["settings"]["devices"]:
            output = module["outputs"][device]
            _, text, messages = our_answer(item, device)
            sys.stderr.write(messages)
            if output["text"] is None:
                print(f"Warp rejects it: {_warp_reason(output)}", file=sys.stderr)
            sys.stdout.write(compare.unified(output["text"] or "", text, f"{os.path.basename(item['path'])} [{device}]"))
            equal = equal and (output["text"] or "") == text
    return equal


def _generate(options, scratch):
    """A fresh dataset of the asked size, made by our program; returns its folder."""
    folder = os.path.join(scratch, "dataset")
    command = [options.warpsmith, "generate", "-n", str(options.generate), "-d", options.devices, "-o", folder, "--seed",
               str(options.seed), "--no-backward" if options.no_backward else "-b"]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise OSError(f"`{' '.join(command)}` failed with exit {done.returncode}: {done.stderr.strip()[-400:]}")
    return folder


def _progress(as_json):
    if as_json or not sys.stderr.isatty():
        return None
    began = time.monotonic()

    def show(done, total):
        if done == total or done % 20 == 0:
            rate = done / max(time.monotonic() - began, 1e-9)
            print(f"\r{done}/{total} modules, {rate:.0f}/s, {(total - done) / rate:.0f} s left ", end="\n" if done == total else "",
                  file=sys.stderr, flush=True)
    return show


def _options(arguments):
    parser = argparse.ArgumentParser(prog="warpsmith parity", description=__doc__.split("\n\n")[0])
    parser.add_argument("inputs", nargs="*", metavar="INPUT", help="file, folder, package, dotted module or dataset folder")
    parser.add_argument("--generate", type=int, metavar="COUNT", help="compare this many freshly generated kernels")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("-d", "--devices", default="cpu,cuda", help="cpu, cuda or cpu,cuda (default: both)")
    parser.add_argument("--no-backward", action="store_true")
    parser.add_argument("--kernel", help="only this kernel, and what it needs")
    parser.add_argument("--arch", type=int, default=oracle.DEFAULT_ARCH)
    parser.add_argument("--stub", action="store_true", help="stand in for optional packages that are not installed")
    parser.add_argument("--diff", action="store_true", help="print unified diffs instead of a report")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--markdown", metavar="FILE", help="also write what does not match yet as a table")
    parser.add_argument("--limit", type=int, default=40, help="modules listed in the text report (default: 40)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--cache", default=str(ROOT / "build/oracle-cache"), help="folder for Warp's answers; '' for none")
    parser.add_argument("--warpsmith", default=default_program(), metavar="PROGRAM")
    options = parser.parse_args(arguments)
    if not set(options.devices.split(",")) <= set(oracle.DEVICES):
        parser.error(f"unknown device in {options.devices!r}")
    if not options.inputs and options.generate is None:
        parser.error("give an INPUT or --generate COUNT")
    if not os.access(options.warpsmith, os.X_OK):
        parser.error(f"{options.warpsmith} is missing or cannot be run: `make build`, or give --warpsmith PROGRAM")
    return options


def main(arguments=None):
    options = _options(arguments)
    settings = {"devices": options.devices.split(","), "backward": not options.no_backward, "kernel": options.kernel,
                "arch": options.arch, "stub": options.stub, "cache": options.cache, "program": os.path.abspath(options.warpsmith)}
    with tempfile.TemporaryDirectory(prefix="warpsmith-parity-") as scratch:
        scratch = os.path.realpath(scratch)
        try:
            inputs = list(options.inputs)
            if options.generate is not None:
                inputs.append(_generate(options, scratch))
            items = items_of(inputs, settings, os.path.join(scratch, "sources"))
        except (OSError, ImportError, ValueError) as error:
            print(f"parity: {error}", file=sys.stderr)
            return 3
        if options.diff:
            return 0 if show_diff(items) else 1
        results = run(items, options.jobs, _progress(options.json))
    totals = summary(results)
    if options.json:
        print(json.dumps({"summary": totals, "results": results}))
    else:
        print_text(results, totals, options.limit)
    if options.markdown:
        write_markdown(options.markdown, f"Parity with Warp {oracle.WARP_VERSION}: {' '.join(options.inputs)}", results, totals)
    compared = totals["modules_compared"]
    return 0 if compared and sum(totals["modules"][o] for o in GOOD) == compared else 1


if __name__ == "__main__":
    sys.exit(main())
