"""The oracle: one input does not see another, refusals carry their place, and a stuck input costs only itself."""

import pytest

from warpsmith import oracle

FUNCTION = """import warp as wp


@wp.func
def f(x: float):
    return x * 2.0


@wp.kernel
def k(a: wp.array(dtype=float)):
    i = wp.tid()
    a[i] = f(a[i])
"""


def write(folder, name, text):
    path = folder / f"{name}.py"
    path.write_text(text)
    return path


@pytest.fixture(scope="module")
def captures(tmp_path_factory):
    folder = tmp_path_factory.mktemp("inputs")
    paths = [
        write(folder, "one", FUNCTION),
        write(folder, "two", FUNCTION),
        write(folder, "refused", FUNCTION.replace("x * 2.0", "x * missing")),
        write(folder, "stuck", "while True:\n    pass\n"),
        write(folder, "leaves", "import sys\nsys.exit(3)\n"),
        write(folder, "broken", "import warp as wp\n\n\ndef (:\n"),
        write(folder, "unique", FUNCTION.replace("@wp.kernel", "@wp.kernel(module='unique')")),
    ]
    requests = [oracle.request(p, timeout=5) for p in paths]
    found = dict(oracle.capture_many(requests, jobs=2))
    return {p.stem: found[i] for i, p in enumerate(paths)}


def main_output(capture, device="cpu"):
    return next(m for m in capture["modules"] if m["main"])["outputs"][device]


def test_functions_are_numbered_as_in_a_fresh_process(captures):
    assert main_output(captures["one"])["functions"] == ["f_0"]
    assert main_output(captures["two"])["functions"] == ["f_0"]


def test_both_devices_with_adjoints(captures):
    assert "k_" in main_output(captures["one"])["kernels"][0]["name"]
    assert "_cpu_kernel_backward" in main_output(captures["one"])["text"]
    assert "_cuda_kernel_backward" in main_output(captures["one"], "cuda")["text"]


def test_one_device_does_not_change_the_hashes_of_the_next(tmp_path):
    text = FUNCTION.replace("@wp.func", "C = wp.constant(wp.vec3(1.0))\n\n\n@wp.func").replace("f(a[i])", "f(C.y)")
    path = write(tmp_path, "component", text)
    both = oracle.capture(path)
    alone = oracle.capture(path, devices=["cuda"])
    assert main_output(both, "cuda")["text"] == main_output(alone, "cuda")["text"]


def test_no_backward_leaves_adjoints_out(captures, tmp_path):
    found = oracle.capture(write(tmp_path, "one", FUNCTION), backward=False, devices=["cpu"])
    assert "_cpu_kernel_backward" not in main_output(found)["text"]


def test_a_refusal_says_what_and_where(captures):
    output = main_output(captures["refused"])
    assert output["text"] is None
    assert list(output["rejected_kernels"]) == ["k"]
    assert output["rejection"]["lines"] == [12, 6]
    assert output["rejection"]["line"] == 6


def test_what_cannot_be_imported(captures):
    assert "5 s" in captures["stuck"]["import_error"]["message"]
    assert captures["leaves"]["import_error"]["type"] == "SystemExit"
    assert captures["broken"]["import_error"]["line"] == 4


def test_unique_modules_stand_apart(captures):
    modules = captures["unique"]["modules"]
    assert [m["main"] for m in modules] == [True, False]
    assert [k["key"] for k in modules[1]["outputs"]["cpu"]["kernels"]] == ["k"]
