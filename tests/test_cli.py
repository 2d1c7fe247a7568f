"""The command line with input as people give it, wrong in every way: a clear error, the right exit code, nothing lost."""

import json
import os
import signal
import subprocess
import time

import pytest

from cli_support import GOOD, limit_file_size, program, refused, tree  # noqa: F401 (program is a fixture)
from warpsmith import oracle

BROKEN = """

@wp.kernel
def unknown(x: wp.array(dtype=float)):
    i = wp.tid()
    x[i] = missing + 1.0


@wp.kernel
def mistyped(x: wp.array(dtype=float), v: wp.vec3):
    i = wp.tid()
    x[i] = v
"""


# ---- emit: what is wrong with the input


@pytest.mark.parametrize("name, text, mentions", [
    ("latin.py", b"import warp as wp\n# caf\xe9\n", ["latin.py:2:6:", "0xe9", "UTF-8"]),
    ("syntax.py", "import warp as wp\nx = = 3\n", ["syntax.py:2:5:", "\n 2 | x = = 3\n   |     ^"]),
    ("unclosed.py", "import warp as wp\n\nx = wp.vec3(1.0,\n", ["unclosed.py:3:12:", "'(' was never closed"]),
    ("nul.py", b"x = 1\0\n", ["nul.py:1:6:", "null bytes"]),
    ("unknown.py", GOOD.replace("factor *", "scaling *"), ["unknown.py:7:12:", "rejected:", "scaling", "       ^^^^^^^"]),
    ("function.py", GOOD.replace("x[i]\n", "wp.sine(x[i])\n"), ["function.py:7:21:", "sine"]),
    ("types.py", GOOD.replace("factor: float", "factor: wp.vec3"), ["types.py:7:", "vec3f", "rejected:"]),
    ("arguments.py", GOOD.replace("wp.tid()", "wp.sin()"), ["arguments.py:6:9:", "rejected:", "sin"]),
    ("untyped.py", GOOD.replace("factor: float", "factor"), ["untyped.py:5:", "rejected:", "factor"]),
])
def test_wrong_content_is_pointed_at(program, name, text, mentions):
    path = program.write(name, text)
    refused(program("emit", path), 1, str(path), *mentions)
    refused(program("emit", path, "-o", "out.cpp"), 1)
    assert list(tree(program.folder)) == [name]


def test_errors_of_all_kernels_are_shown_in_order_and_counted(program):
    path = program.write("broken.py", GOOD + BROKEN)
    done = program("emit", path)
    refused(done, 1, "2 errors", "2 of 3 kernels", "nothing written", "--keep-going")
    assert done.stderr.index("missing") < done.stderr.index("vec3f")


def test_a_fault_in_a_shared_function_is_shown_once(program):
    function = "\n\n@wp.func\ndef helper(a: float):\n    return a + missing\n"
    kernels = "".join(f"\n\n@wp.kernel\ndef k{i}(x: wp.array(dtype=float)):\n    x[{i}] = helper(x[{i}])\n" for i in range(3))
    path = program.write("shared.py", "import warp as wp\n" + function + kernels)
    done = program("emit", path)
    refused(done, 1, "3 of 3 kernels")
    assert done.stderr.count("shared.py:6:") == 1


def test_keep_going_writes_the_rest_and_names_the_missing(program):
    path = program.write("broken.py", GOOD + BROKEN)
    done = program("emit", path, "--keep-going")
    assert done.returncode == 1 and "missing: mistyped, unknown" in done.stderr
    assert "scale_" in done.stdout and "mistyped" not in done.stdout


def test_one_kernel_of_a_broken_file(program):
    path = program.write("broken.py", GOOD + BROKEN)
    done = program("emit", path, "--kernel", "scale")
    assert (done.returncode, done.stderr) == (0, "") and "scale_" in done.stdout
    refused(program("emit", path, "--kernel", "mistyped"), 1, "1 of 1 kernels")
    refused(program("emit", path, "--kernel", "none_such"), 1, "no kernel named none_such", "mistyped, scale, unknown")


@pytest.mark.parametrize("text", ["", "x = 3\n"])
def test_a_file_without_kernels_gives_the_header(program, text):
    path = program.write("empty.py", text)
    done = program("emit", path)
    assert done.returncode == 0 and "#define" in done.stdout and "no kernels" in done.stderr


def test_json_diagnostics_are_one_array(program):
    path = program.write("broken.py", GOOD + BROKEN)
    done = program("emit", path, "--json")
    refused(done, 1)
    first, second = json.loads(done.stderr)
    assert first["severity"] == second["severity"] == "rejected"
    assert (first["path"], first["line"], first["column"]) == (str(path), 13, 11)
    (missing,) = json.loads(program("--json", "emit", "none.py").stderr)
    assert missing["kind"] == "InputOutput" and "none.py" in missing["message"]


def test_a_hostile_file_does_not_reach_the_terminal(program):
    path = program.write("hostile.py", b"x = = '\x1b[2J\xff'\n")
    done = program("emit", path, text=False)
    assert done.returncode == 1 and b"\x1b" not in done.stderr
    done.stderr.decode("utf-8")
    json.loads(program("emit", path, "--json").stderr)


def test_colours_only_on_a_terminal(program):
    path = program.write("broken.py", BROKEN)
    environment = {k: v for k, v in os.environ.items() if k != "NO_COLOR"} | {"TERM": "xterm"}
    for more, colored in ({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False):
        ours, theirs = os.openpty()
        program("emit", path, stderr=theirs, env=environment | more)
        os.close(theirs)
        assert (b"\x1b[" in os.read(ours, 1 << 16)) == colored
        os.close(ours)


# ---- files that cannot be read or written


def test_input_that_cannot_be_read(program):
    program.write("file", "")
    (program.folder / "folder").mkdir()
    refused(program("emit", "none.py"), 3, "none.py", "No such file")
    refused(program("emit", "folder"), 3, "folder", "directory")
    refused(program("emit", "file/a.py"), 3, "file/a.py", "Not a directory")
    refused(program("stats", "none"), 3, "none")
    refused(program("stats", "folder"), 3, "folder")
    refused(program("generate", "-n", 1, "-o", "out", "--policy", "none.json"), 3, "none.json")
    assert not (program.folder / "out").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read and write everything")
def test_no_permission(program):
    path = program.write("secret.py", GOOD)
    path.chmod(0)
    refused(program("emit", path), 3, "Permission denied")
    sealed = program.folder / "sealed"
    sealed.mkdir(mode=0o555)
    refused(program("generate", "-n", 1, "-o", sealed / "data"), 3, "Permission denied")


def test_output_that_cannot_be_written(program):
    path = program.write("good.py", GOOD)
    (program.folder / "folder").mkdir()
    before = tree(program.folder)
    refused(program("emit", path, "-o", "none/out.cpp"), 3, "none/out.cpp")
    refused(program("emit", path, "-o", "folder"), 3, "folder")
    refused(program("generate", "-n", 1, "-o", "good.py"), 3, "good.py")
    refused(program("generate", "-n", 1, "-o", "good.py/data"), 3, "good.py")
    assert tree(program.folder) == before


def test_full_disk(program):
    path = program.write("good.py", GOOD)
    with open("/dev/full", "w") as full:
        done = program("emit", path, stdout=full)
    assert done.returncode == 3 and "No space left" in done.stderr


def test_a_file_that_does_not_fit_leaves_the_old_one(program):
    path = program.write("good.py", GOOD)
    program.write("out.cpp", "old")
    before = tree(program.folder)
    refused(program("emit", path, "-o", "out.cpp", preexec_fn=limit_file_size(1000)), 3, "out.cpp", "too large")
    assert tree(program.folder) == before


def test_a_dataset_that_does_not_fit_continues(program):
    small = ["generate", "-n", 600, "-o", "data", "--jobs", 1]
    refused(program(*small, "-q", preexec_fn=limit_file_size(100_000)), 3, "data", "too large")
    assert program(*small).returncode == 0
    assert program("generate", "-n", 600, "-o", "other").returncode == 0
    assert tree(program.folder / "data") == tree(program.folder / "other")


def test_closed_pipe(program):
    path = program.write("good.py", GOOD)
    reading, writing = os.pipe()
    os.close(reading)
    done = program("emit", path, stdout=writing)
    os.close(writing)
    assert done.returncode == 3 and "Broken pipe" in done.stderr


def test_output_into_links_and_devices(program):
    path = program.write("good.py", GOOD)
    target = program.write("target.cpp", "old")
    target.chmod(0o640)
    (program.folder / "link.cpp").symlink_to("target.cpp")
    assert program("emit", path, "-o", "link.cpp").returncode == 0
    assert (program.folder / "link.cpp").is_symlink() and "scale_" in target.read_text()
    assert target.stat().st_mode & 0o777 == 0o640
    assert program("emit", path, "-o", "/dev/stdout").stdout == target.read_text()
    assert sorted(tree(program.folder)) == ["good.py", "link.cpp", "target.cpp"]


# ---- wrong usage


@pytest.mark.parametrize("arguments, mentions", [
    ([], ["--help"]),
    (["bogus"], ["no command 'bogus'"]),
    (["emit"], ["FILE", "emit --help"]),
    (["emit", "a.py", "b.py"], ["b.py"]),
    (["emit", "a.py", "--bogus"], ["--bogus", "emit --help"]),
    (["emit", "a.py", "-d", "gpu"], ["gpu", "cuda"]),
    (["emit", "a.py", "--block-dim", "0"], ["--block-dim", "0"]),
    (["emit", "a.py", "--arch", "-5"], ["--arch", "-5"]),
    (["generate", "-n", "5"], ["--output"]),
    (["generate", "-o", "out"], ["--count"]),
    (["generate", "-n", "-5", "-o", "out"], ["--count", "-5"]),
    (["generate", "-n", "many", "-o", "out"], ["--count", "many"]),
    (["generate", "-n", "99999999999999999999", "-o", "out"], ["--count"]),
    (["generate", "-n", "9999999999999", "-o", "out"], ["2^40"]),
    (["generate", "-n", "5", "-o", "out", "--category", "poetry"], ["poetry", "arithmetic"]),
    (["generate", "-n", "5", "-o", "out", "--complexity", "6"], ["--complexity", "6"]),
    (["generate", "-n", "5", "-o", "out", "--complexity", "4-2"], ["--complexity", "4-2"]),
    (["generate", "-n", "5", "-o", "out", "--format", "csv"], ["csv", "parquet"]),
    (["generate", "-n", "5", "-o", "out", "--jobs", "0"], ["--jobs"]),
    (["generate", "-n", "5", "-o", "out", "-b", "--no-backward"], ["backward"]),
    (["stats"], ["DIR"]),
])
def test_wrong_usage(program, arguments, mentions):
    refused(program(*arguments), 2, "warpsmith: error: ", *mentions)
    (diagnostic,) = json.loads(program("--json", *arguments).stderr)
    assert diagnostic["kind"] == "Usage"
    assert not tree(program.folder)


@pytest.mark.parametrize("text", ["{", '{"poetry": 1}', '{"docstrings": "many"}', "[]"])
def test_wrong_policy(program, text):
    program.write("policy.json", text)
    refused(program("generate", "-n", 5, "-o", "out", "--policy", "policy.json"), 1, "policy.json")
    assert list(tree(program.folder)) == ["policy.json"]


@pytest.mark.parametrize("command", [[], ["generate"], ["emit"], ["stats"], ["builtins"], ["parity"]])
def test_help(program, command):
    done = program(*command, "--help")
    assert done.returncode == 0 and "sage: warpsmith" in done.stdout and not done.stderr


def test_version(program):
    done = program("--version")
    assert done.returncode == 0 and done.stdout.startswith("warpsmith ") and oracle.WARP_VERSION in done.stdout


def test_python_commands_without_python(program):
    refused(program("--python", "/none/python", "parity", "a.py"), 3, "/none/python")


# ---- generate: runs that stop and go on


def test_a_second_run_changes_nothing(program):
    command = ["generate", "-n", 50, "-d", "cpu,cuda", "-o", "data"]
    first = program(*command)
    assert first.returncode == 0 and "100 rows" in first.stdout
    before = tree(program.folder)
    stamps = {p: p.stat().st_mtime_ns for p in program.folder.rglob("*.parquet")}
    assert program(*command).returncode == 0
    assert tree(program.folder) == before
    assert {p: p.stat().st_mtime_ns for p in program.folder.rglob("*.parquet")} == stamps
    assert all(name.startswith("data/") for name in before) and not any("/." in name for name in before)


@pytest.mark.parametrize("change", [["--seed", 1], ["-d", "cuda"], ["--no-backward"], ["--category", "math"],
                                    ["--complexity", "2"], ["--start", 10], ["--format", "jsonl"]])
def test_other_parameters_are_refused(program, change):
    assert program("generate", "-n", 20, "-o", "data").returncode == 0
    before = tree(program.folder)
    refused(program("generate", "-n", 20, "-o", "data", *change), 3, "data", "--fresh")
    assert tree(program.folder) == before
    assert program("generate", "-n", 20, "-o", "data", "--fresh", *change).returncode == 0
    assert tree(program.folder) != before


def test_fresh_spares_what_is_not_of_the_dataset(program):
    assert program("generate", "-n", 20, "-o", "data").returncode == 0
    program.write("data/notes.txt", "mine")
    assert program("generate", "-n", 20, "-o", "data", "--fresh", "--seed", 3).returncode == 0
    assert (program.folder / "data/notes.txt").read_text() == "mine"


def test_a_larger_count_continues_and_a_smaller_is_refused(program):
    assert program("generate", "-n", 150, "-o", "data").returncode == 0
    assert program("generate", "-n", 400, "-o", "data").returncode == 0
    assert program("generate", "-n", 400, "-o", "other").returncode == 0
    grown, whole = (json.loads(program("stats", name, "--json").stdout) for name in ("data", "other"))
    grown.pop("disk_bytes", None), whole.pop("disk_bytes", None)
    assert grown == whole
    refused(program("generate", "-n", 10, "-o", "data"), 3, "data")


@pytest.mark.parametrize("form", ["parquet", "jsonl", "json"])
def test_the_number_of_jobs_leaves_no_trace(program, form):
    for jobs in 1, 4:
        done = program("generate", "-n", 400, "-o", f"jobs{jobs}", "-d", "cpu,cuda", "--format", form, "--jobs", jobs)
        assert done.returncode == 0, done.stderr
    assert tree(program.folder / "jobs1") == tree(program.folder / "jobs4")


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_run_resumes_to_the_same_bytes(program, stop):
    command = ["generate", "-n", 3000, "-d", "cpu,cuda", "--jobs", 2, "-q"]
    running = subprocess.Popen([program.path, *map(str, command), "-o", "data"], cwd=program.folder,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 30
    while not (program.folder / "data").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.4)
    running.send_signal(stop)
    _, messages = running.communicate(timeout=60)
    if running.returncode == 0:
        pytest.skip("the run was over before it could be interrupted")
    if stop != signal.SIGKILL:
        assert running.returncode == 130 and "the same command continues" in messages
    assert program(*command, "-o", "data").returncode == 0
    assert program(*command, "-o", "whole").returncode == 0
    assert tree(program.folder / "data") == tree(program.folder / "whole")


def test_generate_and_stats_as_json(program):
    done = program("generate", "-n", 30, "-d", "cpu,cuda", "-o", 'da"ta', "--json")
    assert done.returncode == 0 and not done.stderr
    assert json.loads(done.stdout) == {"directory": 'da"ta', "kernels": 30, "failed": 0, "rows": 60}
    assert json.loads(program("stats", 'da"ta', "--json").stdout)["records"] == 60


def test_progress_is_plain_lines_where_there_is_no_terminal(program):
    done = program("generate", "-n", 300, "-o", "data")
    assert "300 of 300 kernels (100%)" in done.stderr and "\r" not in done.stderr and "\x1b" not in done.stderr
    assert program("generate", "-n", 300, "-o", "quiet", "-q").stderr == ""


def test_devices_in_any_order_once(program):
    assert program("generate", "-n", 5, "-o", "data", "-d", "cpu,cuda").returncode == 0
    done = program("generate", "-n", 5, "-o", "data", "-d", "cuda,cpu,cpu")
    assert done.returncode == 0 and "10 rows" in done.stdout


def test_builtins(program):
    table = json.loads(program("builtins", "--json").stdout)
    rows = {row["name"]: row for row in table["builtins"]}
    assert table["warp_version"] == oracle.WARP_VERSION and rows["sin"]["supported"] == rows["sin"]["overloads"] > 0
    text = program("builtins").stdout
    assert "\n  sin " in text and f"Warp {oracle.WARP_VERSION}" in text
    assert program("generate", "-n", 50, "-o", "data").returncode == 0
    used = {row["name"]: row["records"] for row in json.loads(program("builtins", "--coverage", "data", "--json").stdout)["builtins"]}
    assert used["tid"] == 50
    refused(program("builtins", "--coverage", "none"), 3, "none")
