"""What the tests of the command line share: the program in a folder of its own, and what a clean refusal is."""

import pathlib
import resource
import subprocess

import pytest

GOOD = """import warp as wp


@wp.kernel
def scale(x: wp.array(dtype=float), y: wp.array(dtype=float), factor: float):
    i = wp.tid()
    y[i] = factor * x[i]
"""


class Program:
    """Runs warpsmith in a folder of its own."""

    def __init__(self, path, folder):
        self.path, self.folder = path, folder

    def __call__(self, *arguments, **options):
        command = [self.path, *map(str, arguments)]
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "timeout": 120} | options
        return subprocess.run(command, cwd=self.folder, stdin=subprocess.DEVNULL, **options)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path


@pytest.fixture
def program(warpsmith, tmp_path):
    return Program(warpsmith, tmp_path)


def tree(folder):
    """{path: bytes} of all files below a folder, hidden ones too."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(pathlib.Path(folder).rglob("*")) if p.is_file()}


def refused(done, code, *mentions):
    assert done.returncode == code, (done.returncode, done.stderr)
    assert not done.stdout
    for mention in mentions:
        assert mention in done.stderr, done.stderr
    assert "internal error" not in done.stderr


def limit_file_size(size):
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
