"""Every golden: what `warpsmith emit` writes for its input equals what real Warp wrote, byte for byte."""

import json
import pathlib
import subprocess

import pytest

from warpsmith import goldens

FOLDER = pathlib.Path(__file__).resolve().parent / "goldens"
DEVICES = {"output.cpp": "cpu", "output.cu": "cuda"}


def cases():
    for path in goldens.find(FOLDER):
        for section in goldens.parse(path.read_text(encoding="utf-8")):
            if section.who == "oracle":
                name = f"{path.relative_to(FOLDER).with_suffix('')}:{section.name}"
                yield pytest.param(path, section.name, id=name)


def emit(warpsmith, path, folder, device):
    """Runs emit on the golden's input, laid down in `folder`; returns (completed process, sections)."""
    sections = {s.name: s.text for s in goldens.parse(path.read_text(encoding="utf-8"))}
    source = folder / f"{path.stem}.py"
    source.write_text(sections["input.py"], encoding="utf-8")
    done = subprocess.run([warpsmith, "emit", str(source), "-d", device], capture_output=True, text=True, timeout=60)
    return done, sections


def first_difference(got, want):
    for number, (ours, theirs) in enumerate(zip(got.split("\n"), want.split("\n")), 1):
        if ours != theirs:
            return f"line {number}:\n  Warp: {theirs}\n  ours: {ours}"
    return f"lengths differ: {len(got)} bytes, Warp {len(want)}"


@pytest.mark.parametrize("path, section", cases())
def test_golden(path, section, tmp_path, warpsmith):
    done, sections = emit(warpsmith, path, tmp_path, DEVICES.get(section, "cpu"))
    if section in DEVICES:
        want = sections[section].replace(goldens.FOLDER, str(tmp_path))
        assert done.returncode == 0, done.stderr
        assert done.stdout == want, first_difference(done.stdout, want)
        return
    assert section == "rejection.json"
    assert done.returncode == 1, f"Warp rejects this input, emit exits {done.returncode}: {done.stderr}"
    assert done.stdout == ""
    assert "unsupported" not in done.stderr.lower(), done.stderr
    for reason in json.loads(sections[section]):
        if reason["lines"]:
            places = [f"{path.stem}.py:{line}:" for line in reason["lines"]]
            assert any(place in done.stderr for place in places), f"Warp: {reason}\nours: {done.stderr}"


@pytest.mark.parametrize("path", goldens.find(FOLDER), ids=lambda p: p.stem)
def test_golden_stands_where_warp_puts_it(path):
    rejected = any(s.name == "rejection.json" for s in goldens.parse(path.read_text(encoding="utf-8")))
    assert path.parent.name == ("rejected" if rejected else "accepted")
