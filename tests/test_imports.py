"""Packages of several files, and constants that files compute, read from source: the text of each module beside real Warp's."""

import pathlib
import subprocess
import sys

import pytest

from warpsmith import oracle

ROOT = pathlib.Path(__file__).resolve().parents[1]
FILES = sorted(p for p in (ROOT / "tests/packages").rglob("*.py") if "@wp.kernel" in p.read_text())
FILES.append(ROOT / "tests/snapshots/numpy_numbers.py")


@pytest.mark.parametrize("file", FILES, ids=lambda p: str(p.relative_to(ROOT / "tests")))
@pytest.mark.parametrize("device", oracle.DEVICES)
def test_text_is_warps(warpsmith, file, device):
    answer = oracle.capture(str(file), devices=[device], main_only=True)
    assert answer["import_error"] is None
    done = subprocess.run([str(warpsmith), "--python", sys.executable, "emit", str(file), "-d", device], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout == answer["modules"][0]["outputs"][device]["text"]
