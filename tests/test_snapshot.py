"""Snapshots: what `emit --snapshot` writes is what real Warp writes, and wrong input is refused."""

import copy
import json
import pathlib
import subprocess
import sys

import jsonschema
import pytest

from warpsmith import oracle, snapshot

CASES = pathlib.Path(__file__).parent / "snapshots"
NAMES = sorted(path.stem for path in CASES.glob("*.py"))


def run(*command, **options):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=300, **options)


@pytest.fixture(scope="session")
def wanted():
    """{case: {device: text}} by real Warp, each case in a process of its own."""
    paths = [str(CASES / f"{name}.py") for name in NAMES]
    found = {}
    for index, capture in oracle.capture_many([oracle.request(path, main_only=True) for path in paths]):
        assert capture["import_error"] is None, capture["import_error"]
        found[NAMES[index]] = {d: o["text"] for d, o in capture["modules"][0]["outputs"].items()}
    return found


@pytest.fixture(scope="session")
def written(warpsmith, tmp_path_factory):
    """{case: the snapshot that the program wrote}."""
    folder = tmp_path_factory.mktemp("snapshots")
    for name in NAMES:
        done = run(warpsmith, "--python", sys.executable, "snapshot", CASES / f"{name}.py", "-o", folder / f"{name}.json")
        assert done.returncode == 0, done.stderr
    return {name: folder / f"{name}.json" for name in NAMES}


@pytest.mark.parametrize("device", ["cpu", "cuda"])
@pytest.mark.parametrize("name", NAMES)
def test_text_equals_that_of_warp(warpsmith, wanted, written, name, device):
    done = run(warpsmith, "emit", "--snapshot", written[name], "-d", device)
    assert done.returncode == 0, done.stderr
    assert wanted[name][device] is not None
    assert done.stdout == wanted[name][device]


@pytest.mark.parametrize("device", ["cpu", "cuda"])
@pytest.mark.parametrize("name", ["plain", "generics"])
def test_text_from_source_equals_it_too(warpsmith, wanted, name, device):
    done = run(warpsmith, "--python", sys.executable, "emit", CASES / f"{name}.py", "-d", device)
    assert done.returncode == 0, done.stderr
    assert done.stdout == wanted[name][device]


@pytest.mark.parametrize("name", NAMES)
def test_documents_match_the_schema(written, root, name):
    schema = json.loads((root / "data/schema/snapshot.schema.json").read_text())
    jsonschema.validate(json.loads(written[name].read_text()), schema)


def test_a_live_module_is_left_as_it_is(tmp_path):
    script = f"""
import sys, json
sys.path.insert(0, {str(CASES)!r})
from warpsmith import oracle, snapshot
oracle.start()
import warp, generics
module = warp.get_module("generics")
before = [(k.key, k.hash) for k in module._get_live_kernels()]
first = snapshot.snapshot_module(module)
assert [(k.key, k.hash) for k in module._get_live_kernels()] == before
assert not generics.twice.user_overloads
assert snapshot.snapshot_module(module) == first
json.dump(first, open({str(tmp_path / "live.json")!r}, "w"))
"""
    done = run(sys.executable, "-c", script)
    assert done.returncode == 0, done.stderr
    assert {k["key"] for k in json.loads((tmp_path / "live.json").read_text())["kernels"]} == {"generic", "concrete"}


@pytest.mark.parametrize("change, mentions", [
    (lambda d: d.update(version=2), "version 2"),
    (lambda d: d.update(warp_version="1.0.0"), "Warp 1.0.0"),
    (lambda d: d.update(format="other"), "not a module snapshot"),
    (lambda d: d.pop("types"), "$.types"),
    (lambda d: d["kernels"][0].update(source="def f("), "$.kernels[0].source"),
    (lambda d: d["kernels"][0]["parameters"][0].update(type=10**6), "$.kernels[0].parameters[0].type"),
    (lambda d: d["kernels"][0]["hash"].update(cpu="12"), "$.kernels[0].hash.cpu"),
])
def test_damaged_documents_are_refused_with_the_place(warpsmith, written, tmp_path, change, mentions):
    document = copy.deepcopy(json.loads(written["plain"].read_text()))
    change(document)
    path = tmp_path / "damaged.json"
    path.write_text(json.dumps(document))
    done = run(warpsmith, "emit", "--snapshot", path)
    assert done.returncode == 1 and done.stdout == ""
    assert mentions in done.stderr


def test_what_cannot_be_snapshotted_is_said(warpsmith, tmp_path):
    (tmp_path / "broken.py").write_text("import warp as wp\nraise ValueError('no')\n")
    (tmp_path / "fine.py").write_text("import warp as wp\n")
    command = (warpsmith, "--python", sys.executable, "snapshot")
    done = run(*command, tmp_path / "broken.py", "-o", tmp_path / "out.json")
    assert done.returncode == 1 and "ValueError: no" in done.stderr
    done = run(*command, tmp_path / "missing.py", "-o", tmp_path / "out.json")
    assert done.returncode == 3
    done = run(*command, tmp_path / "fine.py", "-o", tmp_path / "no" / "out.json")
    assert done.returncode == 3
    assert sorted(p.name for p in tmp_path.iterdir() if p.suffix) == ["broken.py", "fine.py"]


@pytest.mark.parametrize("case, line", [
    ("""def make(divisor):
    @wp.kernel
    def kernel(x: wp.array(dtype=float)):
        x[0] = wp.static(1.0 / divisor)
    return kernel


KERNEL = make(0.0)
""", 7),
    ("""TABLE = (1, 2)


@wp.kernel
def kernel(x: wp.array(dtype=float)):
    x[0] = float(wp.static(TABLE))
""", 9),
    ("""@wp.kernel
def kernel(x: wp.array(dtype=float)):
    x[0] = float(wp.static())
""", 6),
    ("""@wp.kernel
def kernel(x: wp.array2d(dtype=wp.float16)):
    a = wp.tile_load(x, shape=(16, 16))
    b = wp.tile_matmul(a, a)
    wp.tile_store(x, b + wp.tile_zeros(shape=(4, 4), dtype=wp.float16))
""", 8),
])
def test_what_warp_refuses_behind_something_unknown_is_refused(warpsmith, tmp_path, case, line):
    (tmp_path / "case.py").write_text("import warp as wp\n\n\n" + case)
    done = run(warpsmith, "--python", sys.executable, "snapshot", tmp_path / "case.py", "-o", tmp_path / "case.json")
    assert done.returncode == 0, done.stderr
    document = json.loads((tmp_path / "case.json").read_text())
    assert f"case.py:{line}:" in document["targets"]["cuda"]["error"]
    done = run(warpsmith, "emit", "--snapshot", tmp_path / "case.json", "-d", "cuda")
    assert done.returncode == 1 and done.stdout == ""
    assert f"case.py:{line}:" in done.stderr and ": rejected: " in done.stderr


# Two constants of unrolled loops that a dynamic loop assigns are copied in the order of a Python set, which the seed decides.
@pytest.mark.parametrize("seed", ["1", "4"])
def test_names_that_warp_takes_from_a_set_keep_its_order(warpsmith, tmp_path, monkeypatch, seed):
    (tmp_path / "case.py").write_text("""import warp as wp


@wp.kernel
def kernel(x: wp.array2d(dtype=float)):
    for first in range(2):
        for second in range(2):
            x[first, second] = 1.0
    for k in range(wp.tid()):
        first = k
        second = k + 1
        x[first, second] = 2.0
""")
    monkeypatch.setenv("PYTHONHASHSEED", seed)
    done = run(sys.executable, "-m", "warpsmith.parity", tmp_path / "case.py", "--engine", "snapshot", "-d", "cpu", "--cache", "",
               "--warpsmith", warpsmith)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 compared, 1 identical" in done.stdout


def test_a_loop_that_is_not_there_is_refused(warpsmith, written, tmp_path):
    document = json.loads(written["plain"].read_text())
    document["kernels"][0]["loop_names"] = [{"loop": 99, "names": ["a", "b"]}]
    (tmp_path / "damaged.json").write_text(json.dumps(document))
    done = run(warpsmith, "emit", "--snapshot", tmp_path / "damaged.json")
    assert done.returncode != 0 and done.stdout == ""
    assert "kernels[0].loop_names[0].loop" in done.stderr and "no such loop" in done.stderr
