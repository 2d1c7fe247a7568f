"""`emit --cache-layout` beside the kernel cache that real Warp leaves: the same names, the same bytes."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

from warpsmith import oracle

ROOT = pathlib.Path(__file__).resolve().parent.parent
ARCH = 90
DEVICES = ("cpu", "cuda")

PLAIN = """import warp as wp


@wp.struct
class Pair:
    a: float
    b: wp.vec3


@wp.func
def twice(x: float):
    return x + x


@wp.kernel
def scale(x: wp.array(dtype=float), p: Pair):
    i = wp.tid()
    x[i] = twice(x[i]) * p.a


@wp.kernel(enable_backward=False)
def größe(x: wp.array(dtype=float)):
    x[wp.tid()] = 1.0
"""

# Module name -> text. Each shows another way in which names or metadata may depend on the module.
MODULES = {
    "plain": PLAIN,
    "options": PLAIN + '\n\nwp.set_module_options({"block_dim": 128, "max_unroll": 4, "enable_backward": False})\n',
    "stripped": PLAIN + '\n\nwp.set_module_options({"strip_hash": True})\n',
}

# Imports modules and leaves what Warp makes of them in its cache, compiled or, with "no", with empty files for what
# compilers would make.
CHILD = """
import importlib, json, sys
import warp as wp
wp.config.log_level = wp.LOG_ERROR
wp.init()
sources, names, arch, compiled = sys.argv[1:]
if compiled == "no":
    wp._src.build.build_cpu = lambda out, *rest, **options: open(out, "w").close()
    wp._src.build.build_cuda = lambda source, arch, out, **options: open(out, "w").close()
sys.path.insert(0, sources)
for name in json.loads(names):
    importlib.import_module(name)
    module = wp.get_module(name)
    module._compile(wp.get_device("cpu"), options=module.resolve_options(wp.config, block_dim=1))
    wp.compile_aot_module(module, arch=int(arch), use_ptx=True)
"""


def texts_in(folder):
    """{path: bytes} of a cache, without what compilers made."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(pathlib.Path(folder).rglob("*"))
            if p.suffix in (".cpp", ".cu", ".meta")}


def run_warp(sources, names, root, compiled):
    """Warp's cache under `root`, where it has a folder for its version."""
    environment = dict(os.environ, WARP_CACHE_PATH=str(root))
    subprocess.run([sys.executable, "-c", CHILD, str(sources), json.dumps(names), str(ARCH), compiled], env=environment,
                   check=True, stdout=subprocess.DEVNULL, timeout=600)
    return root / oracle.WARP_VERSION


@pytest.fixture(scope="module")
def cached(tmp_path_factory):
    """(folder of sources, Warp's cache)."""
    sources = tmp_path_factory.mktemp("sources")
    for name, text in MODULES.items():
        # Functions are numbered by name in a process, so each module has names of its own.
        (sources / f"{name}.py").write_text(text.replace("twice", f"twice_{name}"), encoding="utf-8")
    (sources / "closures.py").write_bytes((ROOT / "tests/snapshots/closures.py").read_bytes())
    return sources, run_warp(sources, [*MODULES, "closures"], tmp_path_factory.mktemp("cache"), compiled="no")


def emit(warpsmith, path, folder, *options, code=0):
    done = subprocess.run([warpsmith, "emit", str(path), "--cache-layout", "-o", str(folder), *options],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == code, done.stderr
    return done


def of_module(texts, name):
    return {path: text for path, text in texts.items() if path.startswith((f"wp_{name}_", f"wp_{name}/"))}


@pytest.mark.parametrize("name", MODULES)
def test_source_file(warpsmith, cached, tmp_path, name):
    sources, cache = cached
    printed = [emit(warpsmith, sources / f"{name}.py", tmp_path, "-d", d, "--arch", str(ARCH)).stdout for d in DEVICES]
    ours = texts_in(tmp_path)
    assert ours == of_module(texts_in(cache), name)
    assert {str(tmp_path / path) for path in ours} == set("".join(printed).split())


def test_snapshot(warpsmith, cached, tmp_path):
    sources, cache = cached
    snapshot = tmp_path / "closures.json"
    subprocess.run([warpsmith, "snapshot", str(sources / "closures.py"), "-o", str(snapshot)], check=True, timeout=120)
    for device in DEVICES:
        emit(warpsmith, snapshot, tmp_path / "cache", "--snapshot", "-d", device)
    assert texts_in(tmp_path / "cache") == of_module(texts_in(cache), "closures")


def test_warp_takes_the_folder_as_its_cache(warpsmith, cached, tmp_path):
    sources, _ = cached
    cache = tmp_path / oracle.WARP_VERSION
    for device in DEVICES:
        emit(warpsmith, sources / "plain.py", cache, "-d", device)
    before = {p: p.stat().st_ino for p in cache.rglob("*") if p.is_file()}
    assert run_warp(sources, ["plain"], tmp_path, compiled="yes") == cache
    after = {p: p.stat().st_ino for folder in cache.glob("wp_plain_*") for p in folder.iterdir()}
    assert before.items() <= after.items()
    assert {p.suffix for p in after.keys() - before.keys()} == {".o", ".ptx"}


def test_no_backward_is_another_module(warpsmith, tmp_path):
    """As if the module had the option, which gives it another hash."""
    off = '\n\nwp.set_module_options({"enable_backward": False})\n'
    names = []
    for folder, text, flags in [("flag", PLAIN, ["--no-backward"]), ("option", PLAIN + off, [])]:
        (tmp_path / "plain.py").write_text(text, encoding="utf-8")
        emit(warpsmith, tmp_path / "plain.py", tmp_path / folder, *flags)
        names.append(texts_in(tmp_path / folder).keys())
        assert b"backward" not in next((tmp_path / folder).rglob("*.meta")).read_bytes()
    assert names[0] == names[1]


def test_module_name(warpsmith, cached, tmp_path):
    emit(warpsmith, cached[0] / "plain.py", tmp_path, "--module-name", "__main__")
    assert [p.name[:12] for p in tmp_path.iterdir()] == ["wp___main___"]


# ---- what cannot be written


def test_usage(warpsmith, cached, tmp_path):
    path = str(cached[0] / "plain.py")
    for options, mention in [([], "--output"), (["-o", "x", "--kernel", "scale"], "--kernel"),
                             (["-o", "x", "--keep-going"], "--keep-going"),
                             (["-o", "x", "--snapshot", "--module-name", "m"], "--module-name")]:
        done = subprocess.run([warpsmith, "emit", path, "--cache-layout", *options], cwd=tmp_path, capture_output=True,
                              text=True, timeout=60)
        assert done.returncode == 2 and mention in done.stderr, done.stderr
    assert not list(tmp_path.iterdir())


def test_folder_that_cannot_be_made(warpsmith, cached, tmp_path):
    (tmp_path / "file").write_text("")
    done = emit(warpsmith, cached[0] / "plain.py", tmp_path / "file", code=3)
    assert "cannot make" in done.stderr and not done.stdout
    assert (tmp_path / "file").read_text() == ""


def test_rejected_kernel_leaves_nothing(warpsmith, tmp_path):
    (tmp_path / "bad.py").write_text(PLAIN.replace("twice(x[i])", "thrice(x[i])"), encoding="utf-8")
    done = emit(warpsmith, tmp_path / "bad.py", tmp_path / "cache", code=1)
    assert "thrice" in done.stderr and not (tmp_path / "cache").exists()


def test_hostile_module_name(warpsmith, tmp_path):
    snapshot = json.loads((ROOT / "tests/snapshots/sample.snapshot.json").read_text())
    snapshot["module"] = "../../escaped"
    (tmp_path / "hostile.json").write_text(json.dumps(snapshot))
    done = emit(warpsmith, tmp_path / "hostile.json", tmp_path / "a/b", "--snapshot", code=1)
    assert "cannot be the name of a file" in done.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["hostile.json"]
