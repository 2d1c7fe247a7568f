"""What happens when the world fails under the program: full and sealed disks, pipes that close, signals, files that somebody
damaged or put there. Nothing half-written may stay, and what can continue continues to the same bytes."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time

import pytest

from cli_support import GOOD, program, refused, tree  # noqa: F401 (program is a fixture)

SMALL = ["generate", "-n", 600, "-d", "cpu,cuda", "--jobs", 1, "-q"]


def longer(count=600):
    return ["generate", "-n", count, "-d", "cpu,cuda", "--jobs", 1, "-q"]



@contextlib.contextmanager
def mounted(folder, size):
    """A file system of its own at `folder`, of `size` bytes."""
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True)
    if done.returncode != 0:
        pytest.skip("no file system may be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def remount(folder, options):
    subprocess.run(["mount", "-o", f"remount,{options}", str(folder)], check=True)


# ---- disks


@pytest.mark.parametrize("form", ["parquet", "jsonl", "json"])
def test_a_full_disk_loses_nothing(program, form):
    command = [*SMALL, "--format", form]
    with mounted(program.folder / "disk", 600_000) as disk:
        refused(program(*command, "-o", disk / "data"), 3, "disk/data", "No space left")
        remount(disk, "size=100M")
        assert program(*command, "-o", disk / "data").returncode == 0
        assert program(*command, "-o", "whole").returncode == 0
        assert tree(disk / "data") == tree(program.folder / "whole")


def test_a_disk_without_any_space(program):
    with mounted(program.folder / "disk", 4096) as disk:
        (disk / "filler").write_bytes(b"x" * 4096)
        refused(program(*SMALL, "-o", disk / "data"), 3, "disk/data", "No space left")


def test_text_for_a_full_disk_leaves_the_old_file(program):
    path = program.write("good.py", GOOD)
    with mounted(program.folder / "disk", 8192) as disk:
        (disk / "out.cpp").write_text("old")
        refused(program("emit", path, "-o", disk / "out.cpp"), 3, "out.cpp", "No space left")
        assert tree(disk) == {"out.cpp": b"old"}


def test_a_disk_that_is_sealed(program):
    path = program.write("good.py", GOOD)
    with mounted(program.folder / "disk", "10M") as disk:
        assert program("generate", "-n", 20, "-o", disk / "data").returncode == 0
        before = tree(disk)
        remount(disk, "ro")
        refused(program("emit", path, "-o", disk / "out.cpp"), 3, "out.cpp", "Read-only")
        refused(program("emit", path, "-o", disk / "cache", "--cache-layout"), 3, "cache", "Read-only")
        refused(program("generate", "-n", 30, "-o", disk / "data"), 3, "disk/data", "Read-only")
        refused(program("generate", "-n", 30, "-o", disk / "new"), 3, "disk/new", "Read-only")
        refused(program("stats", disk / "data", "--markdown", disk / "s.md"), 3, "s.md", "Read-only")
        assert program("stats", disk / "data").returncode == 0
        assert tree(disk) == before


def test_a_file_that_fails_while_it_is_read(program):
    refused(program("emit", "/proc/self/mem"), 3, "/proc/self/mem", "Input/output error")
    refused(program("generate", "-n", 1, "-o", "out", "--policy", "/proc/self/mem"), 3, "/proc/self/mem")
    assert not tree(program.folder)


# ---- output that nobody takes


def closed_pipe(program, *arguments, code=3):
    reading, writing = os.pipe()
    os.close(reading)
    done = program(*arguments, stdout=writing)
    os.close(writing)
    assert done.returncode == code, (done.returncode, done.stderr)
    assert "Traceback" not in done.stderr and "internal error" not in done.stderr
    return done.stderr


def test_closed_pipes(program):
    path = program.write("good.py", GOOD)
    for arguments in (["emit", path], ["builtins"], ["builtins", "--json"], ["generate", "-n", 5, "-o", "data"], ["stats", "data"]):
        assert "Broken pipe" in closed_pipe(program, *arguments), arguments
    assert program("stats", "data").returncode == 0  # the dataset is there all the same


def test_closed_pipe_of_a_python_command(program):
    path = program.write("good.py", GOOD)
    assert "Broken pipe" in closed_pipe(program, "parity", path, "-d", "cpu", "--jobs", 1)


# ---- signals


def started(program, *arguments):
    return subprocess.Popen([program.path, *map(str, arguments)], cwd=program.folder, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_killed_many_times_in_every_format(program):
    for form in "parquet", "jsonl", "json":
        command = ["generate", "-n", 1200, "-d", "cpu,cuda", "--jobs", 2, "-q", "--format", form]
        data = program.folder / f"data-{form}"
        for milliseconds in 30, 80, 150, 250, 400:
            running = started(program, *command, "-o", data)
            time.sleep(milliseconds / 1000)
            running.kill()
            running.communicate()
        assert program(*command, "-o", data).returncode == 0
        assert program(*command, "-o", f"whole-{form}").returncode == 0
        assert tree(data) == tree(program.folder / f"whole-{form}")


def test_interrupted_before_anything_was_written(program):
    running = started(program, "generate", "-n", 10**6, "-o", "data")
    wait_for((program.folder / "data").exists)
    running.send_signal(signal.SIGINT)
    _, messages = running.communicate(timeout=60)
    assert running.returncode == 130, messages


@pytest.mark.parametrize("command", ["parity", "snapshot"])
def test_interrupted_python_commands(program, command):
    path = program.write("slow.py", "import time, pathlib\npathlib.Path('here').touch()\ntime.sleep(60)\n" + GOOD)
    words = [path, "--cache", "", "--jobs", "1"] if command == "parity" else [path, "-o", "out.json"]
    # Where the tests themselves run in the background of a script, interruptions are ignored, and so they would be here.
    running = subprocess.Popen([program.path, command, *words], cwd=program.folder, stdout=subprocess.PIPE, text=True,
                               stderr=subprocess.PIPE, start_new_session=True,
                               preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    wait_for((program.folder / "here").exists)
    os.killpg(running.pid, signal.SIGINT)  # as a terminal does
    _, messages = running.communicate(timeout=60)
    assert running.returncode == 130 and "Traceback" not in messages, messages
    assert not (program.folder / "out.json").exists()


# ---- directories that somebody changed


@pytest.fixture(scope="module")
def finished_and_unfinished(warpsmith, tmp_path_factory):
    """Two directories of the same run, one of them interrupted while records waited for their row group to fill."""
    folder = tmp_path_factory.mktemp("runs")
    command = [warpsmith, *map(str, longer()), "-o"]
    began = time.monotonic()
    assert subprocess.run([*command, "finished"], cwd=folder, capture_output=True).returncode == 0
    whole = time.monotonic() - began
    state = folder / "unfinished/.warpsmith"
    for attempt in range(10):
        running = subprocess.Popen([*command, "unfinished"], cwd=folder, stderr=subprocess.PIPE)
        wait_for(lambda: (state / "log").exists() or running.poll() is not None)
        time.sleep(whole * (3 + attempt % 5) / 12)
        running.send_signal(signal.SIGINT)
        running.communicate()
        if running.returncode == 130 and list(state.glob("*.pending")):
            return folder
        shutil.rmtree(folder / "unfinished", ignore_errors=True)
    pytest.fail("the run could not be interrupted")


def copied(program, source, name):
    shutil.copytree(source / name, program.folder / "data")
    return program.folder / "data"


@pytest.mark.parametrize("damage", ["noise", "half"])
def test_damaged_state_of_an_unfinished_run(program, finished_and_unfinished, damage):
    names = [p.name for p in (finished_and_unfinished / "unfinished/.warpsmith").iterdir()]
    for name in names:
        data = copied(program, finished_and_unfinished, "unfinished")
        file = data / ".warpsmith" / name
        whole = file.read_bytes()
        file.write_bytes({"noise": os.urandom(len(whole)), "half": whole[:len(whole) // 2]}[damage])
        done = program(*longer(), "-o", "data")
        if done.returncode == 0:  # what was damaged counted for nothing yet, and was made again
            assert tree(data) == tree(finished_and_unfinished / "finished"), name
        else:
            refused(done, 3, "data")
        shutil.rmtree(data)


@pytest.mark.parametrize("change", [
    lambda m: "{", lambda m: "[]", lambda m: json.dumps(m | {"warpsmith": 99}), lambda m: json.dumps(m | {"devices": {}}),
    lambda m: json.dumps(m | {"devices": {"cpu": m["devices"]["cpu"], "../../cuda": m["devices"]["cuda"]}}),
    lambda m: json.dumps(m | {"devices": {n: d | {"end_index": 2**63} for n, d in m["devices"].items()}}),
    lambda m: json.dumps(m | {"devices": {n: d | {"rows": 0} for n, d in m["devices"].items()}}),
])
def test_damaged_manifest(program, finished_and_unfinished, change):
    data = copied(program, finished_and_unfinished, "finished")
    manifest = data / "warpsmith.json"
    manifest.write_text(change(json.loads(manifest.read_text())))
    before = tree(program.folder)
    for count in 600, 650:
        refused(program(*longer(count), "-o", "data"), 3, "data")
        assert tree(program.folder) == before


def test_starting_over_on_a_damaged_directory(program, finished_and_unfinished):
    data = copied(program, finished_and_unfinished, "unfinished")
    (data / ".warpsmith/log").write_text("noise")
    refused(program(*longer(), "-o", "data"), 3, "data", "damaged")
    assert program(*longer(), "-o", "data", "--fresh").returncode == 0
    assert tree(data) == tree(finished_and_unfinished / "finished")


def test_missing_and_short_shards(program, finished_and_unfinished):
    data = copied(program, finished_and_unfinished, "finished")
    shard = next(data.glob("cuda/*.parquet"))
    shard.write_bytes(shard.read_bytes()[:-100])
    refused(program("stats", "data"), 1, str(shard.relative_to(program.folder)))
    refused(program(*longer(650), "-o", "data"), 3, "data")
    shutil.rmtree(data)
    data = copied(program, finished_and_unfinished, "finished")
    next(data.glob("cuda/*.parquet")).unlink()
    assert program(*longer(650), "-o", "data").returncode == 0  # it would have been made anew anyway
    assert program(*longer(650), "-o", "whole").returncode == 0
    assert tree(data) == tree(program.folder / "whole")


def test_foreign_files_stay_and_do_not_matter(program, finished_and_unfinished):
    data = copied(program, finished_and_unfinished, "finished")
    foreign = ["notes.txt", "cpu/notes.json", "cpu/train-data.parquet.bak", ".git/config", "cuda/my-12345678.txt", "extra/a.bin"]
    for name in foreign:
        program.write(f"data/{name}", "{}")
    assert program(*longer(), "-o", "data").returncode == 0
    assert program(*longer(650), "-o", "data").returncode == 0
    before = tree(data)
    refused(program(*longer(), "-o", "data", "--fresh"), 3, "data holds cpu/")
    assert tree(data) == before
    assert {name: (data / name).read_text() for name in foreign} == dict.fromkeys(foreign, "{}")
    refused(program("stats", "data"), 1, "cpu/notes.json")  # looks like a record and is none


@pytest.mark.parametrize("name", ["README.md", "cpu/train-00000-of-00001.parquet", "cpu/anything"])
def test_a_directory_of_somebody_else_is_refused(program, name):
    program.write(f"data/{name}", "mine")
    before = tree(program.folder)
    for more in [], ["--fresh"]:
        refused(program("generate", "-n", 5, "-o", "data", *more), 3, "data", name)
        assert tree(program.folder) == before


def test_two_runs_in_one_directory(program):
    running = started(program, "generate", "-n", 10**7, "-o", "data", "-q")
    wait_for((program.folder / "data/.warpsmith/log").exists)
    refused(program("generate", "-n", 10**7, "-o", "data"), 3, "another run")
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=60)
    assert running.returncode == 130


# ---- snapshots and Python's side


def test_damaged_snapshots(program, root):
    text = (root / "tests/snapshots/sample.snapshot.json").read_text()
    for damaged in ("", "{", "[]", text[:len(text) // 2], text.replace('"version": 1', '"version": 99'), "[" * 100_000):
        path = program.write("damaged.json", damaged)
        refused(program("emit", "--snapshot", path), 1, "damaged.json")
        refused(program("emit", "--snapshot", path, "-o", "out.cpp"), 1)
    path = program.write("latin.json", text.encode().replace(b"sample", b"caf\xe9"))
    refused(program("emit", "--snapshot", path), 1, "latin.json")
    assert sorted(tree(program.folder)) == ["damaged.json", "latin.json"]


@pytest.mark.parametrize("command, more", [("parity", ["--jobs", 1]), ("snapshot", ["-o", "out.json"])])
def test_python_commands_with_bad_input(program, command, more):
    syntax = program.write("syntax.py", "x = = 3\n")
    latin = program.write("latin.py", b"x = '\xff'\n")
    refused_loosely(program(command, "none.py", *more), 3, "none.py")
    refused_loosely(program(command, syntax, *more), 1, "syntax")
    refused_loosely(program(command, latin, *more), 1, "latin.py")
    refused_loosely(program(command, syntax, "--bogus", *more), 2, "--bogus")
    refused_loosely(program(command), 2, "warpsmith: error: ", f"{command} --help")
    assert sorted(tree(program.folder)) == ["latin.py", "syntax.py"]


def refused_loosely(done, code, *mentions):
    """Python's side prints a report of what was compared on stdout."""
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    for mention in mentions:
        assert mention in done.stderr + done.stdout, done.stderr + done.stdout
    assert "Traceback" not in done.stderr


# ---- source text at and beyond the limits


def nested(before, inside, after, depth):
    return before * depth + inside + after * depth


EXTREMES = {
    "parentheses": nested("(", "1.0", ")", 5000),
    "calls": nested("wp.sin(", "1.0", ")", 3000),
    "subscripts": "x" + nested("[", "0", "]", 5000),
    "minus": "-" * 50_000 + "1.0",
    "sum": "1.0" + " + 1.0" * 20_000,
    "power": "2.0" + " ** 2.0" * 5000,
    "comparisons": "1 if 0" + " < 1" * 5000 + " else 2",
    "conditions": "1.0 if True else " * 5000 + "2.0",
    "huge integer": "float(" + "9" * 100_000 + ")",
    "huge exponent": "1e999999999999999999999",
    "big shift": "float(1 << 4000000000)",
    "big power": "float(10 ** 100000000)",
    "wide vector": "wp.vector(0.0, length=1000000000)[0]",
    "wide matrix": "wp.matrix(0.0, shape=(100000, 100000))[0, 0]",
    "wide array": "wp.zeros(shape=(1 << 40,), dtype=float)[0]",
    "static": nested("wp.static(", "1.0", ")", 500),
    "lambda": nested("(lambda: ", "1.0", ")()", 500),
    "string": "float(len('" + "a" * 10_000_000 + "'))",
    "nested f-strings": "float(len(" + nested("f'{", "1", "}'", 30) + "))",
}


@pytest.mark.parametrize("name", EXTREMES)
def test_extreme_expressions(program, name):
    path = program.write("extreme.py", GOOD.replace("factor *", EXTREMES[name] + " *"))
    clean(program("emit", path, timeout=60))
    path = program.write("constant.py", f"import warp as wp\nX = {EXTREMES[name]}\nY = wp.constant(X)\n" + GOOD.replace("factor *", "Y *"))
    clean(program("emit", path, timeout=60))


def clean(done):
    """Text or a refusal, not a crash."""
    assert done.returncode in (0, 1), (done.returncode, done.stderr[-2000:])
    assert "internal error" not in done.stderr


def kernel(body):
    return "import warp as wp\n\n\n@wp.kernel\ndef k(x: wp.array(dtype=float)):\n" + body


STATEMENTS = {
    "nested loops": kernel("".join("    " + " " * i + f"for i{i} in range(x.shape[0]):\n" for i in range(90)) + " " * 95 + "x[0] = 1.0\n"),
    "unrolled loops": kernel("".join("    " + " " * i + f"for i{i} in range(16):\n" for i in range(8)) + " " * 13 + "x[0] = float(i7)\n"),
    "long range": kernel("    for i in range(1000000000000):\n        x[0] = 1.0\n"),
    "zero step": kernel("    for i in range(0, 10, 0):\n        x[0] = 1.0\n"),
    "static range": kernel("    for i in range(wp.static(10 ** 9)):\n        x[0] = 1.0\n"),
    "big unroll": "import warp as wp\nwp.set_module_options({'max_unroll': 100000000})\n" + kernel("    for i in range(100000000):\n        x[i] = 1.0\n"),
    "long elif": kernel("    if x[0] == 0.0:\n        x[0] = 1.0\n" + "".join(f"    elif x[0] == {i}.0:\n        x[0] = 2.0\n" for i in range(1, 3000))),
    "many statements": kernel("    x[0] = x[1] * 2.0\n" * 20_000),
    "doubling": kernel("    a = x[0]\n" + "    a = a + a\n" * 200 + "    x[0] = a\n"),
    "call chain": "import warp as wp\n" + "".join(
        f"@wp.func\ndef f{i}(x: float):\n    return " + (f"f{i + 1}(x)\n" if i < 2999 else "x\n") for i in range(3000)) + kernel("    x[0] = f0(x[0])\n"),
    "recursion": "import warp as wp\n@wp.func\ndef f(x: float):\n    return g(x)\n@wp.func\ndef g(x: float):\n    return f(x)\n" + kernel("    x[0] = f(x[0])\n"),
    "call tree": "import warp as wp\n" + "".join(
        f"@wp.func\ndef f{i}(x: float):\n    return " + (f"f{i + 1}(x) + f{i + 1}(x)\n" if i < 60 else "x\n") for i in range(61)) + kernel("    x[0] = f0(x[0])\n"),
    "nested structs": "import warp as wp\n" + "".join(
        f"@wp.struct\nclass S{i}:\n    a: {f'S{i - 1}' if i else 'float'}\n    b: {f'S{i - 1}' if i else 'float'}\n" for i in range(40))
        + "@wp.kernel\ndef k(s: S39, x: wp.array(dtype=S39)):\n    x[0] = s\n",
    "self struct": "import warp as wp\n@wp.struct\nclass S:\n    a: S\n@wp.kernel\ndef k(s: S):\n    pass\n",
    "self import": "from extreme import *\nimport extreme\n" + kernel("    x[0] = 1.0\n"),
    "wide types": "import warp as wp\nV = wp.types.vector(length=1000000000, dtype=float)\nM = wp.types.matrix(shape=(65536, 65536), dtype=float)\n"
                  "@wp.kernel\ndef k(v: V, m: M, a: wp.array(dtype=V)):\n    a[0] = v * 2.0\n    b = V()\n    c = V(1.0)\n    d = m @ v\n",
    "doubled constant": "import warp as wp\nX = [1]\n" + "X = X + X\n" * 64 + kernel("    x[0] = float(X[0])\n"),
    "doubled string": "import warp as wp\nX = 'a'\n" + "X = X + X\n" * 64 + kernel("    x[0] = float(len(X))\n"),
    "repeated string": "import warp as wp\nX = 'a' * 10**12\nY = [0] * 10**12\nZ = (0,) * 10**12\n" + kernel("    x[0] = 1.0\n"),
    "squared constant": "import warp as wp\nX = 3\n" + "X = X * X\n" * 64 + kernel("    x[0] = float(X)\n"),
    "wide tile": kernel("    t = wp.tile_zeros(shape=(1000000, 1000000), dtype=float)\n    wp.tile_store(x, t)\n"),
    "big comprehension": "import warp as wp\nX = [i for i in range(10**12)]\nY = tuple(range(10**12))\nZ = sum(range(10**12))\n" + kernel("    x[0] = float(Z)\n"),
}


@pytest.mark.parametrize("name", STATEMENTS)
def test_extreme_files(program, name):
    clean(program("emit", program.write("extreme.py", STATEMENTS[name]), timeout=120))
