"""The parity harness itself, with a stand-in for the program that answers from goldens, right or wrong as told."""

import json
import os
import pathlib
import re
import stat
import subprocess
import sys

import pytest

from warpsmith import census, compare, goldens, records, report

FOLDER = pathlib.Path(__file__).resolve().parent / "goldens"

# argv: emit PATH -d DEVICE ...; answers with the golden's text after the edit that $EDIT asks for.
STAND_IN = """#!{python}
import os, sys
sys.path.insert(0, {package!r})
from warpsmith import goldens
path, device = sys.argv[2], sys.argv[4]
golden = next(g for g in goldens.find({folder!r}) if g.stem == os.path.basename(path)[:-3])
sections = {{s.name: s.text for s in goldens.parse(golden.read_text())}}
edit = os.environ.get("EDIT", "")
if edit == "unsupported":
    print(path + ":3:1: unsupported: tiles are not supported yet [Tiles]", file=sys.stderr)
    sys.exit(1)
if edit == "crash":
    os.abort()
if "rejection.json" in sections:
    print(path + (":4:1" if edit == "elsewhere" else ":7:5") + ": rejected: no such name [UnknownName]", file=sys.stderr)
    sys.exit(1)
text = sections["output.cpp" if device == "cpu" else "output.cu"].replace(goldens.FOLDER, os.path.dirname(path))
if edit:
    old, new = edit.split("=>")
    assert old in text, old
    text = text.replace(old, new, 1)
sys.stdout.write(text)
"""


@pytest.fixture
def stand_in(tmp_path, root):
    program = tmp_path / "warpsmith"
    program.write_text(STAND_IN.format(python=sys.executable, package=str(root / "python"), folder=str(FOLDER)))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


def lay_down(tmp_path, *names):
    """Writes the inputs of goldens under tmp_path/in; returns that folder."""
    folder = tmp_path / "in"
    folder.mkdir()
    for name in names:
        sections = goldens.parse((FOLDER / f"{name}.golden").read_text())
        (folder / f"{pathlib.Path(name).name}.py").write_text(sections[0].text)
    return folder


def parity(stand_in, tmp_path, *arguments, edit=""):
    command = [sys.executable, "-m", "warpsmith.parity", "--warpsmith", str(stand_in), "--cache", str(tmp_path / "cache"),
               *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, env=dict(os.environ, EDIT=edit))
    assert done.returncode in (0, 1), done.stderr
    return done


def test_identical_and_rejected_by_both(stand_in, tmp_path):
    folder = lay_down(tmp_path, "accepted/structs", "rejected/unknown_name")
    for _ in range(2):  # the second time from the cache
        done = parity(stand_in, tmp_path, folder, "--json")
        report = json.loads(done.stdout)["summary"]
        assert done.returncode == 0
        assert report["modules"]["identical"] == 2 and report["modules"]["rejected"] == 2
        assert report["rejected_with_line"] == 2 and report["rejected_at_same_line"] == 2
        assert report["kernels_compared"] == report["kernels_identical"] == 6
    assert len(list((tmp_path / "cache").iterdir())) == 2


def test_rejections_at_other_lines_are_counted(stand_in, tmp_path):
    folder = lay_down(tmp_path, "rejected/unknown_name")
    report = json.loads(parity(stand_in, tmp_path, folder, "--json", edit="elsewhere").stdout)["summary"]
    assert report["modules"]["rejected"] == report["rejected_with_line"] == 2 and report["rejected_at_same_line"] == 0


def test_one_changed_line_is_reported_with_its_kernel(stand_in, tmp_path):
    folder = lay_down(tmp_path, "accepted/ternary")
    done = parity(stand_in, tmp_path, folder / "ternary.py", "-d", "cpu", "--json", edit="wp::where(=>wp::select(")
    report = json.loads(done.stdout)
    assert done.returncode == 1
    assert report["summary"]["modules"]["differing"] == 1
    assert report["summary"]["kernels_identical"] == 0
    assert "wp::where(" in report["results"][0]["warp_line"]
    assert report["summary"]["causes"][0]["kernels"] == 1


def test_only_the_touched_kernel_counts(stand_in, tmp_path):
    folder = lay_down(tmp_path, "accepted/if_else")
    done = parity(stand_in, tmp_path, folder, "-d", "cpu", "--json", edit="wp::sin(=>wp::cos(")
    report = json.loads(done.stdout)["summary"]
    assert report["kernels_compared"] - report["kernels_identical"] == 1


def test_refusals_are_told_apart(stand_in, tmp_path):
    folder = lay_down(tmp_path, "accepted/ternary")
    done = parity(stand_in, tmp_path, folder, "-d", "cpu", "--json", edit="unsupported")
    report = json.loads(done.stdout)["summary"]
    assert report["modules"]["unsupported"] == 1 and "tiles" in report["causes"][0]["cause"]
    done = parity(stand_in, tmp_path, folder, "-d", "cpu", "--json", edit="crash")
    assert json.loads(done.stdout)["summary"]["modules"]["failed"] == 1


def test_diff_is_unified(stand_in, tmp_path):
    folder = lay_down(tmp_path, "accepted/ternary")
    done = parity(stand_in, tmp_path, "--diff", folder / "ternary.py", "-d", "cpu", edit="wp::where(=>wp::select(")
    assert done.returncode == 1
    assert done.stdout.count("\n-") - done.stdout.count("\n---") == 1


def test_missing_input_is_an_input_error(stand_in, tmp_path):
    command = [sys.executable, "-m", "warpsmith.parity", "--warpsmith", str(stand_in), str(tmp_path / "none.py")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 3 and "none.py" in done.stderr


def test_golden_sections_round_trip():
    for path in goldens.find(FOLDER):
        content = path.read_text()
        assert goldens.render(goldens.parse(content)) == content


def test_a_record_must_hold_every_definition_and_no_other():
    sections = {s.name: s.text for s in goldens.parse((FOLDER / "accepted/functions.golden").read_text())}
    wanted = compare.definitions(sections["output.cpp"])
    forward = "\n".join(d for d in wanted if not compare.is_backward(d))
    backward = "\n".join(d for d in wanted if compare.is_backward(d))
    record = {"ir_forward": forward, "ir_backward": backward, "has_backward": True}
    assert records.fault(record, sections["output.cpp"]) is None
    short = dict(record, ir_forward=forward.replace("var_0", "var_1", 1))
    assert "missing" in records.fault(short, sections["output.cpp"])
    extra = dict(record, ir_forward=forward + "\nstatic void more()\n{\n}\n")
    assert "not Warp's" in records.fault(extra, sections["output.cpp"])


def test_a_kernel_is_whole_beside_one_that_is_missing():
    sections = {s.name: s.text for s in goldens.parse((FOLDER / "accepted/operators.golden").read_text())}
    warp = sections["output.cpp"]
    names = re.findall(r"^struct wp_args_(\w+) \{", warp, re.M)
    kernels = [{"name": name} for name in names]
    kept = compare.chunks(warp)
    ours = "".join(c for c in kept if names[0] not in c)
    found = compare.compare_kernels(warp, ours, kernels)
    assert found.pop(names[0]) == "the kernel is missing"
    assert found and not any(found.values())


def test_a_kernel_falls_with_what_it_needs():
    warp = """#define X
static float deep_0(float var_x)
{
    return var_x;
}
static float call_0(float var_x)
{
    return deep_0(var_x);
}
void one_01234567_cpu_kernel_forward()
{
    call_0(1.0f);
}
void two_89abcdef_cpu_kernel_forward()
{
}
"""
    kernels = [{"name": "one_01234567"}, {"name": "two_89abcdef"}]
    assert not any(compare.compare_kernels(warp, warp, kernels).values())
    found = compare.compare_kernels(warp, warp.replace("return var_x", "return -var_x"), kernels)
    assert "return" in found["one_01234567"] and found["two_89abcdef"] is None


CENSUS = """import warp as w

@w.func
def deep(x: float):
    while x > 1.0:
        x = w.sin(x)
    return x

@w.kernel
def one(a: w.array(dtype=float)):
    a[0] = deep(a[1])

@w.kernel
def two(a: w.array(dtype=float)):
    a[0] = a[1] @ a[2]
"""


def test_census_of_source_reaches_functions():
    found = census.of_source(CENSUS)
    assert {"construct while", "built-in sin", "construct subscript"} <= found["one"]
    assert "construct while" not in found["two"] and "construct operator @" in found["two"]
    assert not any("kernel" in feature or "array" in feature for feature in found["two"])


def test_only_kernels_that_resolve_statically_count_as_such():
    text = CENSUS + """
def make():
    @w.kernel
    def inner():
        pass

class Group:
    @w.kernel(enable_backward=False)
    def member():
        pass

if True:
    @w.kernel
    def three():
        pass

def plain():
    pass
"""
    assert census.decorated_kernels(text) == {"one", "two", "Group__member", "three"}
    result = {"path": "x.py", "device": "cpu", "engine": "source", "outcome": "differing", "kernels": 4, "same": 1, "cause": None,
              "line": None, "causes": {}, "features": {}, "decorated": ["one", "two", "three"],
              "verdicts": {"one": None, "two": "it differs", "three": "not known [StaticNotKnown]", "inner": None}}
    assert report.summary([result])["static"] == {"kernels": 2, "identical": 1, "need_running": 2}


def test_snapshots_are_compared_with_the_live_module_they_describe(warpsmith, tmp_path):
    cases = pathlib.Path(__file__).resolve().parent / "snapshots"
    command = [sys.executable, "-m", "warpsmith.parity", "--warpsmith", str(warpsmith), "--cache", str(tmp_path / "cache"), "--json"]
    document = tmp_path / "closures.json"
    subprocess.run([sys.executable, "-m", "warpsmith.snapshot", str(cases / "closures.py"), "-o", str(document)], check=True)
    for words in (["--engine", "both", str(cases / "generics.py")], [str(document)]):
        done = subprocess.run([*command, *words], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr + done.stdout
        summary = json.loads(done.stdout)["summary"]
        assert summary["kernels_identical"] == summary["kernels_compared"] > 0
        assert summary["distinct_identical"] == summary["distinct_kernels"] > 0
        assert any(feature.startswith("built-in") for feature in summary["census"])
