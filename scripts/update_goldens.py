"""Rewrites the [oracle] sections of tests/goldens/**/*.golden from real Warp; nothing else may write those.

    update_goldens.py [GOLDEN...]               renew these, or all
    update_goldens.py --add FILE.py... --to tests/goldens/GROUP [--devices cpu,cuda]
                                                make a golden of each new input
    update_goldens.py --check                   change nothing; exit 1 and list the stale ones
    update_goldens.py --self [--warpsmith P]    rewrite our own diagnostics in the goldens of rejected inputs

An input that Warp rejects gets one section, `rejection.json [oracle]`, with the kernels refused and Warp's reason.
"""

import argparse
import json
import os
import pathlib
import re
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "python"))

from warpsmith import goldens, oracle  # noqa: E402

EXTENSIONS = {"cpu": "cpp", "cuda": "cu"}


def devices_of(sections):
    """The devices a golden already has text for; CPU where it has none yet."""
    names = {s.name for s in sections}
    return [d for d, extension in EXTENSIONS.items() if f"output.{extension}" in names] or ["cpu"]


def rejection_section(result, folder):
    kernels = {}
    if result["import_error"]:
        kernels[""] = result["import_error"]
    for module in result["modules"]:
        for output in module["outputs"].values():
            kernels.update(output.get("rejected_kernels", {}))
    reasons = []
    for key in sorted(kernels):
        message = kernels[key]["message"].replace(folder, goldens.FOLDER)
        message = re.sub(r"0x[0-9a-f]+", "0x...", message)
        lines = kernels[key]["lines"][:4]
        if kernels[key]["type"] == "RecursionError":  # where it ends depends on how deep the stack was
            message, lines = message.split("\n")[0], []
        reasons.append({"kernel": key, "type": kernels[key]["type"], "lines": lines, "message": message[:400]})
    return goldens.Section("rejection.json", "oracle", json.dumps(reasons, indent=1))


def oracle_sections(result, devices, folder):
    """The [oracle] sections of one capture; unique modules of the input follow its main one, in order of name."""
    modules = sorted(result["modules"], key=lambda m: (not m["main"], m["name"]))
    rejected = result["import_error"] or any(
        module["outputs"][d]["text"] is None for module in modules for d in devices)
    if rejected:
        return [rejection_section(result, folder)]
    sections = []
    for device in devices:
        text = modules[0]["outputs"][device]["text"].replace(folder, goldens.FOLDER)
        sections.append(goldens.Section(f"output.{EXTENSIONS[device]}", "oracle", text))
    return sections


def renew(cases):
    """Captures {path: (sections, devices)} with one run of Warp; yields (path, new content)."""
    with tempfile.TemporaryDirectory() as folder:
        folder = os.path.realpath(folder)
        requests, paths = [], []
        for path, (sections, devices) in cases.items():
            place = pathlib.Path(folder, str(len(paths)))
            place.mkdir()
            source = place / f"{path.stem}.py"
            source.write_text(next(s.text for s in sections if s.name == "input.py"), encoding="utf-8")
            requests.append(oracle.request(source, devices=devices, main_only=True))
            paths.append(path)
        for index, result in oracle.capture_many(requests):
            sections, devices = cases[paths[index]]
            kept = [s for s in sections if s.who != "oracle"]
            fresh = oracle_sections(result, devices, os.path.dirname(requests[index]["input"]))
            yield paths[index], goldens.render(kept[:1] + fresh + kept[1:])


def rewrite_diagnostics(program):
    """Writes what our program says of each rejected input as `diagnostics.txt [self]`; returns how many changed."""
    changed = 0
    for path in goldens.find(ROOT / "tests/goldens"):
        sections = goldens.parse(path.read_text(encoding="utf-8"))
        if not any(s.name == "rejection.json" for s in sections):
            continue
        done, messages = goldens.emit(program, path, sections, "cpu")
        if done.returncode != 1:
            raise SystemExit(f"{path}: emit exits {done.returncode}, expected 1: {messages}")
        fresh = [s for s in sections if s.who != "self"] + [goldens.Section("diagnostics.txt", "self", messages)]
        changed += fresh != sections
        path.write_text(goldens.render(fresh), encoding="utf-8")
    return changed


def main():
    parser = argparse.ArgumentParser(description="Renew the oracle's sections of the goldens from real Warp.")
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    parser.add_argument("--add", action="store_true", help="FILES are new inputs (.py)")
    parser.add_argument("--to", type=pathlib.Path, help="folder for new goldens")
    parser.add_argument("--devices", default="cpu,cuda", help="devices of new goldens")
    parser.add_argument("--check", action="store_true", help="only say which are stale")
    parser.add_argument("--self", action="store_true", dest="own", help="rewrite our own diagnostics instead")
    parser.add_argument("--warpsmith", default=str(ROOT / "build/release/warpsmith"), metavar="PROGRAM")
    options = parser.parse_args()
    if options.own:
        print(f"{rewrite_diagnostics(options.warpsmith)} goldens rewritten")
        return 0
    if options.add and not options.to:
        parser.error("--add needs --to FOLDER")
    cases = {}
    for path in options.files or goldens.find(ROOT / "tests/goldens"):
        if options.add:
            source = goldens.Section("input.py", None, path.read_text(encoding="utf-8"))
            cases[options.to.resolve() / f"{path.stem}.golden"] = ([source], options.devices.split(","))
        else:
            sections = goldens.parse(path.read_text(encoding="utf-8"))
            if any(s.who == "oracle" for s in sections):
                cases[path.resolve()] = (sections, devices_of(sections))
    stale = []
    for path, content in renew(cases):
        if not path.exists() or path.read_text(encoding="utf-8") != content:
            stale.append(path)
            if not options.check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content, encoding="utf-8")
    for path in sorted(stale):
        print(f"{'stale' if options.check else 'wrote'} {os.path.relpath(path, ROOT)}")
    print(f"{len(cases)} goldens, {len(stale)} {'stale' if options.check else 'rewritten'}")
    return 1 if options.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
