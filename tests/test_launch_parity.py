"""Kernels launched from C++ leave the bits that real Warp's launches leave, forward and backward. A slice of `make launch-parity`."""

import json
import shutil
import subprocess
import sys

import pytest

SOURCE = '''import warp as wp


@wp.struct
class Inner:
    weights: wp.array(dtype=wp.vec2)
    flag: wp.bool


@wp.struct
class Settings:
    scale: wp.float64
    inner: Inner


@wp.func
def curve(x: float, settings: Settings):
    return wp.sin(x) * float(settings.scale) + settings.inner.weights[1][0] / (1.0 + x * x)


@wp.kernel
def structs(x: wp.array(dtype=float), settings: Settings, y: wp.array(dtype=float)):
    i = wp.tid()
    if settings.inner.flag:
        y[i] = curve(x[i], settings)
    else:
        y[i] = wp.exp(curve(x[i], settings))


@wp.kernel
def halves(x: wp.array2d(dtype=wp.float16), m: wp.mat22, y: wp.array2d(dtype=wp.vec2d), count: wp.array(dtype=wp.int64)):
    i, j = wp.tid()
    v = m * wp.vec2(float(x[i, j]), 2.0)
    y[i, j] = wp.vec2d(wp.float64(v[0]), wp.float64(v[1]))
    wp.atomic_add(count, 0, wp.int64(i * j))


@wp.kernel(enable_backward=False)
def forward_only(x: wp.array3d(dtype=wp.int32), n: wp.uint8):
    i, j, k = wp.tid()
    for step in range(x[i, j, k]):
        x[i, j, k] += step * int(n)


@wp.kernel
def reaches_beyond(x: wp.array2d(dtype=float), y: wp.array2d(dtype=float)):
    i, j = wp.tid()
    y[i, j] = x[i + 40, j]


@wp.kernel
def takes_structs_with_arrays(x: wp.array(dtype=Settings)):
    x[wp.tid()].scale = wp.float64(1.0)
'''


def parity(root, *words):
    done = subprocess.run([sys.executable, "-m", "warpsmith.launch_parity", *map(str, words), "--json"], capture_output=True, text=True,
                          cwd=root, timeout=900)
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout)


def test_generated_kernels_leave_warps_bits(root, warpsmith):
    result = parity(root, "--generate", 24, "--seed", 3, "--warpsmith", warpsmith, "--instantiations", "generic")
    assert result["different"] == []
    assert result["launched"] >= 20, result["left_out"]


@pytest.mark.parametrize("compiler", ["warp", "clang"])
def test_kernels_of_a_file_leave_warps_bits(root, tmp_path, compiler):
    if compiler == "clang" and not shutil.which("clang-22"):
        pytest.skip("clang-22 is not installed")
    file = tmp_path / "several.py"
    file.write_text(SOURCE)
    result = parity(root, file, "--compiler", compiler, "--optimization", 0 if compiler == "clang" else 2)
    assert result["different"] == []
    assert result["launched"] == 3
    assert result["left_out"] == {"an array of structs with arrays": 1, "a kernel that reaches beyond these arrays": 1}


def test_a_difference_is_seen(root, tmp_path, monkeypatch):
    """A launch that computes something else, and one that crashes, are told apart from the rest."""
    from warpsmith import launch_parity

    (tmp_path / "in").write_bytes(bytes(8))
    (tmp_path / "warp").write_bytes(bytes(16))
    (tmp_path / "ours").write_bytes(bytes(12) + b"\1" + bytes(3))
    case = {"input": tmp_path / "in", "warp": tmp_path / "warp", "output": tmp_path / "ours",
            "arguments": [{"name": "x", "data": 0, "gradient": 4}]}
    assert launch_parity._difference(case) == "1 bytes differ, the first after backward in the gradient of x"
    (tmp_path / "ours").write_bytes(bytes(16))
    assert launch_parity._difference(case) is None
