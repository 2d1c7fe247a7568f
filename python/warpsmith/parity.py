"""Warpsmith against real Warp, byte for byte: `warpsmith emit` on every input beside what Warp generates for it.

    python -m warpsmith.parity INPUT... [--engine source|snapshot|both] [-d cpu,cuda] [--json] [--markdown FILE] [--census]
    python -m warpsmith.parity --generate COUNT [--seed S]
    python -m warpsmith.parity --diff INPUT -d cpu [--kernel NAME]

INPUT is a Python file, a folder of them, a package, a dotted module, a snapshot (compared with Warp's text of the module it
describes), a folder of captures (`warpsmith.suites`), or a dataset folder (whose records are compared as well as the text
emitted for their source). Warp imports inputs, which runs their code. With `--engine snapshot` every live Warp module of
the input is snapshotted beside Warp's text and emitted from that. Warp's answers are kept in --cache under the hash of the
file, so a second run needs Warp only for what changed. Exit codes: 0 all identical or rejected by both, 1 something is
not, 2 bad usage, 3 an input cannot be read.

Outcomes, per module and device: identical, differing; rejected (by both), rejected_by_warp, rejected_by_us, unsupported
(Warp accepts it, we say we do not yet), failed (our program died, or no snapshot could be made); not_importable counts
apart. A kernel is identical when its own definitions and all they need are. By source, a kernel counts as one whose names
resolve statically unless it was made in a function or without a decorator, or we refuse it because its names, types or
wp.static() values need running code.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

from warpsmith import captures, census, children, command, compare, oracle, records, report

ROOT = pathlib.Path(__file__).resolve().parents[2]
EMIT_TIMEOUT_S = 60


def default_program():
    return os.environ.get("WARPSMITH_BINARY") or os.environ.get("WARPSMITH") or str(ROOT / "build/release/warpsmith")


def our_answer(settings, words, device, *more):
    """(exit code or None after a time-out, text, messages) of `warpsmith emit WORDS`."""
    command = [settings["program"], "emit", *words, "-d", device, "--arch", str(settings["arch"]), *more]
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
    kind = re.search(r" \[\w+\]$", message)
    if len(message) > 160 and kind:
        message = message[: 160 - len(kind.group())] + kind.group()
    return found.group(2).lower(), message[:160], int(found.group(1))


def _refused_by_us(code, messages, warp_output):
    """Outcome and cause where emit gave no text."""
    severity, cause, line = refusal_cause(messages)
    if code != 1 or severity == "failed":
        return "failed", f"exit {code}: {cause}", line
    if severity == "unsupported":
        return "unsupported", cause, line
    return ("rejected" if warp_output["text"] is None else "rejected_by_us"), cause, line


def _result(item, device, kernels, **more):
    return {"name": item["name"], "path": item["path"], "device": device, "engine": item["engine"], "kernels": kernels,
            "same": 0, "cause": None, "line": None, "causes": {}, "verdicts": {}, "features": {}, "decorated": []} | more


def _compare_target(item, device, warp_output, words):
    """The Result of one module on one device."""
    settings = item["settings"]
    code, text, messages = our_answer(settings, words, device)
    kernels = warp_output["kernels"]
    result = _result(item, device, len(kernels))
    if code != 0:
        result["outcome"], result["cause"], result["line"] = _refused_by_us(code, messages, warp_output)
        text = ""
        if result["outcome"] == "rejected":
            result["line_agrees"] = _agrees_on_line(result["line"], warp_output)
        if warp_output["text"] is not None and kernels and result["outcome"] != "failed":
            code, text, _ = our_answer(settings, words, device, "--keep-going")
            text = text if code is not None and code >= 0 else ""
    elif warp_output["text"] is None:
        result.update(outcome="rejected_by_warp", cause=_warp_reason(warp_output), line=warp_output["rejection"]["line"])
    elif text == warp_output["text"]:
        result.update(outcome="identical", same=len(kernels), verdicts={k["name"]: None for k in kernels})
        return result
    else:
        difference = compare.first_difference(warp_output["text"], text)
        result.update(outcome="differing", cause=compare.cause(difference), line=difference.line,
                      warp_line=difference.warp, our_line=difference.ours)
    if warp_output["text"] is not None:
        _count_kernels(result, warp_output, text)
    return result


def _count_kernels(result, warp_output, text):
    found = compare.compare_kernels(warp_output["text"], text, warp_output["kernels"])
    for name, cause in found.items():
        result["verdicts"][name] = result["cause"] if cause == "the kernel is missing" else cause
    touched = [cause for cause in result["verdicts"].values() if cause is not None]
    result["same"] = len(found) - len(touched)
    result["causes"] = {cause: touched.count(cause) for cause in touched}
    if not touched:
        result["causes"][result["cause"]] = 0  # only what stands between the kernels differs


def _agrees_on_line(line, warp_output):
    """Whether we refuse what Warp refuses, for the module or one of its kernels, at one of its lines; None if it names none."""
    lines = [r["line"] for r in (warp_output["rejection"], *warp_output.get("rejected_kernels", {}).values()) if r]
    lines = [wanted for wanted in lines if wanted is not None]
    return line in lines if lines else None


def _warp_reason(warp_output):
    rejection = warp_output["rejection"]
    return f"{rejection['type']}: {rejection['message'].split(';')[-1].strip()}"[:160]


def compare_item(item):
    """The Results of one item: one a module and device, and one a record where it came from a dataset. Call it in a child
    only."""
    answer = captures.warp_answer(item)
    if answer["import_error"]:
        error = answer["import_error"]
        said = re.sub(r" \(/[^()]*\)", "", f"{error['type']}: {error['message']}")  # without the place of the installation
        return [_result(item, "", 0, outcome="not_importable", cause=said[:160])]
    if item["engine"] != "source":
        return [r for module in answer["modules"] for r in _compare_document(item, module)]
    module = next(m for m in answer["modules"] if m["main"])
    outputs = {d: module["outputs"][d] for d in item["settings"]["devices"]}
    results = [_compare_target(item, d, o, [item["path"]]) for d, o in outputs.items() if o["kernels"] or o["text"] is None]
    source = pathlib.Path(item["path"]).read_text(encoding="utf-8", errors="replace")
    met, decorated = census.of_source(source), census.decorated_kernels(source)
    for result in results:
        result["decorated"] = [k["name"] for k in outputs[result["device"]]["kernels"] if k["name"] and k["key"] in decorated]
        kernels = outputs[result["device"]]["kernels"]
        result["features"] = {k["name"]: sorted(met.get(k["key"].split("__locals__")[-1], ())) for k in kernels if k["name"]}
    if item["records"]:
        for line in open(item["records"], encoding="utf-8"):
            _judge_record(item, json.loads(line), module, results)
    return results


def _compare_document(item, module):
    """The Results of one module by its snapshot."""
    named = dict(item, name=item["name"] if module["main"] else f"{item['name']} @ {module['name']}")
    devices = item["settings"]["devices"]
    if module["document"] is None:
        return [_result(named, d, 0, outcome="failed", cause=f"no snapshot: {module['error']}"[:160]) for d in devices]
    results = []
    met = census.of_document(module["document"])
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".json") as file:
        json.dump(module["document"], file, ensure_ascii=False)
        file.flush()
        for device in devices:
            output = module["outputs"].get(device)
            if output is None or not (output["kernels"] or output["text"] is None):
                continue
            result = _compare_target(named, device, output, ["--snapshot", file.name])
            kernels = zip(module["document"]["kernels"], met)
            names = {f"{k['key']}_{k['hash'][device][:8]}": features for k, features in kernels if k["hash"][device]}
            result["features"] = {n: sorted(names.get(n, ())) for n in result["verdicts"]}
            results.append(result)
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


def _timeout(item):
    return captures.TIMEOUT_S.get(item["engine"], oracle.DEFAULT_TIMEOUT_S) + 4 * EMIT_TIMEOUT_S


def run(items, jobs, progress=None):
    """Results of all items, in the order given."""
    def prepare(item):
        if captures.known(item) is None:
            oracle.start()

    timeout = max((_timeout(item) for item in items), default=0)
    found = [None] * len(items)
    for done, (index, results, cause) in enumerate(children.run(items, compare_item, jobs, timeout, prepare), 1):
        gone = [_result(items[index], "", 0, outcome="not_importable", cause=cause)]
        found[index] = results if results is not None else gone
        if progress:
            progress(done, len(items))
    return [result for results in found for result in results]


def _diff(item):
    """[(title, Warp's text, ours, messages)] of each module and device of an item. Call it in a child only."""
    answer = captures.warp_answer(item)
    if answer["import_error"]:
        return [(item["name"], "", "", f"Warp cannot import it: {answer['import_error']['message']}\n")]
    shown = []
    for module in answer["modules"] if item["engine"] != "source" else [m for m in answer["modules"] if m["main"]]:
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".json") as file:
            json.dump(module.get("document"), file)
            file.flush()
            words = [item["path"]] if item["engine"] == "source" else ["--snapshot", file.name]
            for device in item["settings"]["devices"]:
                output = module["outputs"][device]
                _, text, messages = our_answer(item["settings"], words, device)
                if output["text"] is None:
                    messages += f"Warp rejects it: {_warp_reason(output)}\n"
                shown.append((f"{module['name']} [{device}]", output["text"] or "", text, messages))
    return shown


def show_diff(items):
    """Prints the unified diff of each item and device; returns whether all are equal."""
    equal = True
    for item in items:
        _, shown, cause = next(children.run([item], _diff, 1, _timeout(item), lambda i: oracle.start()))
        for title, warp, ours, messages in shown or [(item["name"], "", "", f"{cause}\n")]:
            sys.stderr.write(messages)
            sys.stdout.write(compare.unified(warp, ours, title))
            equal = equal and warp == ours and not (messages and not warp and "cannot import" in messages)
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
    parser = command.Parser(prog="warpsmith parity", description=__doc__.split("\n\n")[0])
    parser.add_argument("inputs", nargs="*", metavar="INPUT", help="file, folder, package, dotted module, snapshot (.json) or dataset folder; Python is imported, so its code runs")
    parser.add_argument("--generate", type=int, metavar="COUNT", help="compare this many freshly generated kernels")
    parser.add_argument("--seed", type=int, default=0, help="of the kernels that --generate makes (default: 0)")
    parser.add_argument("--engine", choices=("source", "snapshot", "both"), default="source",
                        help="what our program reads: the file's text, or a snapshot of each live module (default: source)")
    parser.add_argument("-d", "--devices", default="cpu,cuda", help="cpu, cuda or cpu,cuda (default: both)")
    parser.add_argument("--no-backward", action="store_true", help="compare without adjoint code")
    parser.add_argument("--kernel", help="only this kernel, and what it needs")
    parser.add_argument("--arch", type=int, default=oracle.DEFAULT_ARCH, help="CUDA architecture (default: %(default)s)")
    parser.add_argument("--stub", action="store_true", help="stand in for optional packages that are not installed")
    parser.add_argument("--diff", action="store_true", help="print unified diffs instead of a report")
    parser.add_argument("--json", action="store_true", help="print the report as one JSON object")
    parser.add_argument("--markdown", metavar="FILE", help="also write what does not match yet as a table")
    parser.add_argument("--census", action="store_true", help="also list constructs and built-ins by the kernels they touch")
    parser.add_argument("--limit", type=int, default=40, help="modules listed in the text report (default: 40)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes (default: one a core)")
    parser.add_argument("--cache", default=str(ROOT / "build/oracle-cache"), help="folder for Warp's answers; '' for none")
    parser.add_argument("--warpsmith", default=default_program(), metavar="PROGRAM", help="our program (default: the checkout's)")
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
    engines = captures.ENGINES if options.engine == "both" else [options.engine]
    settings = {"devices": options.devices.split(","), "backward": not options.no_backward, "kernel": options.kernel,
                "arch": options.arch, "engines": engines, "stub": options.stub, "cache": options.cache, "program": os.path.abspath(options.warpsmith)}
    with tempfile.TemporaryDirectory(prefix="warpsmith-parity-") as scratch:
        scratch = os.path.realpath(scratch)
        try:
            inputs = list(options.inputs)
            if options.generate is not None:
                inputs.append(_generate(options, scratch))
            items = captures.items_of(inputs, settings, os.path.join(scratch, "sources"))
        except (OSError, ImportError, ValueError) as error:
            print(f"warpsmith parity: {error}", file=sys.stderr)
            return 3
        if options.diff:
            return 0 if show_diff(items) else 1
        results = run(items, options.jobs, _progress(options.json))
    totals = report.summary(results)
    if options.json:
        shown = [{n: v for n, v in r.items() if n not in ("verdicts", "features", "decorated")} for r in results]
        print(json.dumps({"summary": totals, "results": shown}))
    else:
        report.print_text(results, totals, options.limit, options.census)
    if options.markdown:
        title = f"Parity with Warp {oracle.WARP_VERSION}: {' '.join(options.inputs)}"
        report.write_markdown(options.markdown, title, results, totals, captures.suites_of(options.inputs))
    return 0 if report.is_good(totals) else 1


if __name__ == "__main__":
    command.run("warpsmith parity", main)
