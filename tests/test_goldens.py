"""Every golden: what `warpsmith emit` writes for its input equals what real Warp wrote, byte for byte; where Warp rejects
the input, so do we, at the same place or the line beside it, in the words the golden holds."""

import json
import pathlib
import re

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


def first_difference(got, want):
    for number, (ours, theirs) in enumerate(zip(got.split("\n"), want.split("\n")), 1):
        if ours != theirs:
            return f"line {number}:\n  Warp: {theirs}\n  ours: {ours}"
    return f"lengths differ: {len(got)} bytes, Warp {len(want)}"


@pytest.mark.parametrize("path, section", list(cases()))
def test_golden(path, section, warpsmith):
    sections = goldens.parse(path.read_text(encoding="utf-8"))
    texts = {s.name: s.text for s in sections}
    done, messages = goldens.emit(warpsmith, path, sections, DEVICES.get(section, "cpu"))
    if section in DEVICES:
        assert done.returncode == 0, messages
        assert done.stdout == texts[section], first_difference(done.stdout, texts[section])
        return
    assert section == "rejection.json"
    assert done.returncode == 1, f"Warp rejects this input, emit exits {done.returncode}: {messages}"
    assert done.stdout == ""
    places = [(int(line), severity) for line, severity in re.findall(r"\.py:(\d+):\d+: (\w+): ", messages)]
    assert places and all(severity in ("rejected", "content") for _, severity in places), messages
    for reason in json.loads(texts[section]):
        near = [abs(line - theirs) <= 1 for line, _ in places for theirs in reason["lines"]]
        assert any(near) or not reason["lines"], f"Warp: {reason}\nours: {messages}"
    assert messages == texts["diagnostics.txt"]


@pytest.mark.parametrize("path", goldens.find(FOLDER), ids=lambda p: p.stem)
def test_golden_stands_where_warp_puts_it(path):
    rejected = any(s.name == "rejection.json" for s in goldens.parse(path.read_text(encoding="utf-8")))
    assert path.parent.name == ("rejected" if rejected else "accepted")
