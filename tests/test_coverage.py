"""Every kind of diagnostic and statement, and every result and dispatch rule of built-ins, is met by a golden or stands in
tests/goldens/not_covered.txt, where nothing else may stand."""

import json
import os
import pathlib
import re
import subprocess

import pytest

from warpsmith import goldens

TESTS = pathlib.Path(__file__).resolve().parent
EXEMPTIONS = TESTS / "goldens" / "not_covered.txt"


def exemptions():
    """{(family, name)}: what is not met, one "FAMILY NAME: why" a line."""
    lines = [line for line in EXEMPTIONS.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    found = [re.fullmatch(r"(\w+) (\w+): \S.*", line) for line in lines]
    assert all(found), f"not FAMILY NAME: WHY: {[line for line, match in zip(lines, found) if not match]}"
    return {(match[1], match[2]) for match in found}


def missing(known, met, family):
    """What the exemptions of a family should be."""
    listed = {name for listed_family, name in exemptions() if listed_family == family}
    unmet = set(known) - set(met)
    assert not listed - unmet, f"stale exemptions of {family}: {sorted(listed - unmet)}"
    assert not unmet - listed, f"no golden meets these of {family}: {sorted(unmet - listed)}"


@pytest.fixture(scope="module")
def rules(warpsmith, tmp_path_factory):
    """What the goldens' inputs and the snapshots meet, and all there is."""
    program = pathlib.Path(warpsmith).parent / "tests" / "rule_coverage"
    folder = tmp_path_factory.mktemp("inputs")
    files = [str(path) for path in sorted((TESTS / "snapshots").glob("*.json"))]
    for path in goldens.find(TESTS / "goldens"):
        file = folder / f"{path.parent.name}_{path.stem}.py"
        file.write_text(goldens.parse(path.read_text(encoding="utf-8"))[0].text, encoding="utf-8")
        files.append(str(file))
    import warp

    environment = dict(os.environ, WARPSMITH_WARP_FOLDER=os.path.dirname(warp.__file__))
    done = subprocess.run([program, *files], capture_output=True, text=True, timeout=300, env=environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("family", ["results", "dispatches", "statements"])
def test_every_rule_and_statement_is_met(rules, family):
    missing(rules["known"][family], rules["met"][family], family)


def test_every_diagnostic_is_met():
    table = (TESTS.parent / "src/diagnostics/diagnostic_kinds.def").read_text(encoding="utf-8")
    known = re.findall(r"^DIAGNOSTIC\((\w+),", table, re.M)
    met = set()
    for path in goldens.find(TESTS / "goldens"):
        for section in goldens.parse(path.read_text(encoding="utf-8")):
            if section.name == "diagnostics.txt":
                met.update(re.findall(r"\[(\w+)\]$", section.text, re.M))
    missing(known, met, "diagnostics")
