"""Captures of modules while programs run: each new state once, and emit writes Warp's text for all of them."""

import json
import pathlib
import subprocess
import sys

import pytest

from warpsmith import captures, report, suites

SUITE = """import unittest
import warp as wp


@wp.kernel
def at_import(a: wp.array(dtype=float)):
    a[wp.tid()] = 1.0


def made(scale):
    @wp.kernel(module="unique")
    def inside(a: wp.array(dtype=float)):
        i = wp.tid()
        a[i] = a[i] * scale
    return inside


class Test(unittest.TestCase):
    def test(self):
        a = wp.zeros(3, dtype=float, device="cpu")
        wp.launch(at_import, 3, [a], device="cpu")
        for scale in (2.0, 3.0, 2.0):
            wp.launch(made(scale), 3, [a], device="cpu")
        self.assertEqual(list(a.numpy()), [12.0, 12.0, 12.0])
"""


def capture(listed, folder, *more):
    (folder / "list.txt").write_text("# comment\n" + "\n".join(listed) + "\n")
    command = [sys.executable, "-m", "warpsmith.suites", str(folder / "list.txt"), "-o", str(folder / "out"), *more]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=True)
    return done.stdout


def parity(warpsmith, folder):
    command = [sys.executable, "-m", "warpsmith.parity", "--warpsmith", str(warpsmith), "--cache", "", "--json", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900)
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout)["summary"]


def test_each_state_of_a_module_is_captured_once(warpsmith, tmp_path, monkeypatch):
    (tmp_path / "small_suite.py").write_text(SUITE)
    monkeypatch.setenv("PYTHONPATH", f"{pathlib.Path(suites.__file__).parents[1]}:{tmp_path}")
    said = capture(["small_suite"], tmp_path)
    assert "3 module states, 1 tests" in said and "failed" not in said
    stored = [captures.read(p)["modules"][0] for p in sorted((tmp_path / "out/small_suite").glob("*.capture.z"))]
    assert [m["outputs"]["cpu"]["kernels"][0]["key"].split("__")[-1] for m in stored] == ["at_import", "inside", "inside"]
    before = (tmp_path / "out/small_suite/00000.capture.z").stat().st_mtime_ns
    assert capture(["small_suite"], tmp_path) == said  # known from the first run
    assert (tmp_path / "out/small_suite/00000.capture.z").stat().st_mtime_ns == before
    totals = parity(warpsmith, tmp_path / "out")
    assert totals["modules_compared"] == totals["modules"]["identical"] == 6


def test_a_dry_run_captures_the_same_and_executes_nothing(tmp_path, monkeypatch):
    (tmp_path / "small_suite.py").write_text(SUITE.replace("self.assertEqual", "open('values', 'w').write(str(a.numpy()[0])); self.assertEqual"))
    monkeypatch.setenv("PYTHONPATH", f"{pathlib.Path(suites.__file__).parents[1]}:{tmp_path}")
    monkeypatch.chdir(tmp_path)
    said = capture(["small_suite"], tmp_path, "--dry")
    assert "3 module states, 1 tests" in said and "failed" not in said
    assert (tmp_path / "values").read_text() == "0.0"


def test_the_report_names_suites_that_did_not_end(tmp_path):
    for name, error in (("whole", None), ("cut", "ran past its time")):
        (tmp_path / name).mkdir()
        told = {"suite": name, "error": error, "captures": 3, "key": {"dry": name == "cut"}}
        (tmp_path / name / "done.json").write_text(json.dumps(told))
    (tmp_path / "list.json").write_text(json.dumps(["whole", "later", "cut"]))
    report.write_markdown(tmp_path / "report.md", "Title", [], report.summary([]), captures.suites_of([str(tmp_path)]))
    text = (tmp_path / "report.md").read_text()
    assert "2 of 3 suites ran, 1 of them dry; 1 came to their end." in text
    assert "| cut | ran past its time | 3 |" in text and "| later | not run | 0 |" in text and "| whole |" not in text


@pytest.mark.parametrize("line", suites.read_list(pathlib.Path(__file__).resolve().parents[1] / "data/parity/slice.txt"), ids=" ".join)
def test_slice(warpsmith, tmp_path, line):
    capture([" ".join(line)], tmp_path)
    totals = parity(warpsmith, tmp_path / "out")
    assert totals["distinct_identical"] == totals["distinct_kernels"] > 20, totals["causes"]
