"""Lower levels in records: made for the pinned target, the same whatever the number of jobs, and refused where they cannot be."""

import json
import os
import pathlib
import shutil
import subprocess

import pytest


def generate(warpsmith, folder, *words):
    return subprocess.run([warpsmith, "generate", "-n", "2", "-o", str(folder), "--format", "json", *words], capture_output=True, text=True)


def rows(folder):
    return {path.name: json.loads(path.read_text()) for path in sorted(pathlib.Path(folder).rglob("*-*.json"))}


def test_ptx_of_cuda_rows(warpsmith, tmp_path):
    for jobs in ("1", "2"):
        done = generate(warpsmith, tmp_path / jobs, "-d", "cpu,cuda", "--levels", "ptx", "--arch", "80", "--jobs", jobs)
        assert done.returncode == 0, done.stderr
    found, again = rows(tmp_path / "1"), rows(tmp_path / "2")
    assert found == again and len(found) == 4
    for row in found.values():
        if row["device"] == "cpu":
            assert not row.get("ptx")
            continue
        kernel = row["metadata"]["kernel_hash"][:8]
        assert "\n.target sm_80\n" in row["ptx"]
        for direction in ("forward", "backward"):
            assert f".entry {row['name']}_{kernel}_cuda_kernel_{direction}(" in row["ptx"]
        assert "\0" not in row["ptx"]


def test_nothing_stays_in_the_temporary_folder(warpsmith, tmp_path):
    # From the third text on, NVRTC reads headers that it precompiled for the first two, in a folder of its own.
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    done = subprocess.run([warpsmith, "generate", "-n", "3", "-d", "cuda", "--levels", "ptx", "-o", str(tmp_path / "data")],
                          capture_output=True, text=True, env={**os.environ, "TMPDIR": str(temporary)})
    assert done.returncode == 0, done.stderr
    assert list(temporary.iterdir()) == []


def test_ir_and_assembly_of_cpu_rows(warpsmith, tmp_path):
    if not (shutil.which("llvm-dis-22") and shutil.which("llvm-objdump-22")):
        pytest.skip("llvm-22 is not installed")
    done = generate(warpsmith, tmp_path / "data", "--levels", "asm,ll")
    assert done.returncode == 0, done.stderr
    for row in rows(tmp_path / "data").values():
        entry = f"{row['name']}_{row['metadata']['kernel_hash'][:8]}_cpu_backward"
        assert f"<{entry}>:" in row["asm"]
        assert f"@{entry}(" in row["llvm_ir"] and '"target-cpu"="x86-64-v3"' in row["llvm_ir"]
        for text in (row["asm"], row["llvm_ir"]):
            assert "/tmp" not in text and "site-packages" not in text and str(pathlib.Path.home()) not in text
    assert generate(warpsmith, tmp_path / "data", "--levels", "ll").returncode == 3  # another dataset
    assert generate(warpsmith, tmp_path / "data", "--levels", "ll,asm").returncode == 0


@pytest.mark.parametrize(("words", "code", "message"), [
    (["--levels", "cubin"], 2, "records hold text, so they have no cubin"),
    (["--levels", "ptx"], 2, "the level ptx is of rows for cuda"),
    (["--levels", "asm", "-d", "cuda"], 2, "the level asm is of rows for cpu"),
    (["--levels", "bitcode"], 2, "bitcode not in"),
    (["--levels", "ptx", "-d", "cuda", "--arch", "33"], 3, "does not know the architecture 33"),
])
def test_what_cannot_be_made_is_refused_before_the_run(warpsmith, tmp_path, words, code, message):
    done = generate(warpsmith, tmp_path / "data", *words)
    assert done.returncode == code and message in done.stderr
    assert not (tmp_path / "data").exists()


def test_missing_programs_and_wheels_are_named(warpsmith, tmp_path, monkeypatch):
    monkeypatch.setenv("WARPSMITH_LLVM_DIS", "/no/llvm-dis")
    done = generate(warpsmith, tmp_path / "data", "--levels", "ll")
    assert done.returncode == 3 and "$WARPSMITH_LLVM_DIS is /no/llvm-dis, which cannot be run" in done.stderr
    monkeypatch.setenv("WARPSMITH_WARP", str(tmp_path))
    done = generate(warpsmith, tmp_path / "data", "-d", "cuda", "--levels", "ptx")
    assert done.returncode == 3 and "is not the folder of a warp package" in done.stderr
    assert not (tmp_path / "data").exists()
