"""Runs every test of the project and ends with one line, "N passed, N failed".

C++ tests run through ctest, Python ones through pytest; a GoogleTest program counts as many tests as it has cases,
any other ctest entry as one. Exits 1 when anything failed or nothing ran.
usage: run_tests.py --build DIR [--jobs N] [--only ctest|pytest]
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent


def run_ctest(build, results, jobs):
    """Returns (passed, failed) of all entries registered with ctest."""
    cases = results / "cases"
    report = results / "ctest.xml"
    environment = dict(os.environ, GTEST_OUTPUT=f"xml:{cases}/")
    command = ["ctest", "--test-dir", str(build), "-j", str(jobs), "--output-on-failure", "--no-tests=error",
               "--output-junit", str(report)]
    status = subprocess.run(command, env=environment).returncode
    passed = failed = 0
    if report.exists():
        for entry in ElementTree.parse(report).getroot().iter("testcase"):
            ok = entry.get("status") == "run"
            good, bad = count_cases(cases / f"{entry.get('name')}_test.xml", ok)
            passed, failed = passed + good, failed + bad
    if status != 0 and failed == 0:
        failed = 1  # ctest itself could not run
    return passed, failed


def count_cases(report, ok):
    """(passed, failed) of one ctest entry: by its GoogleTest report where it left a whole one, else as one test."""
    try:
        root = ElementTree.parse(report).getroot()
        bad = int(root.get("failures")) + int(root.get("errors"))
        ran = int(root.get("tests")) - int(root.get("disabled"))
    except (OSError, ElementTree.ParseError, TypeError):
        return (1, 0) if ok else (0, 1)
    if not ok and bad == 0:
        return ran, 1  # died after its cases, in a leak check for example
    return ran - bad, bad


def run_pytest(results):
    """Returns (passed, failed) of the Python tests."""
    report = results / "pytest.xml"
    command = [sys.executable, "-m", "pytest", "-q", f"--junit-xml={report}", "-p", "no:cacheprovider", str(ROOT / "tests")]
    environment = dict(os.environ, PYTHONPATH=str(ROOT / "python"), PYTHONDONTWRITEBYTECODE="1")
    status = subprocess.run(command, env=environment, cwd=ROOT).returncode
    passed = failed = 0
    if report.exists():
        for suite in ElementTree.parse(report).getroot().iter("testsuite"):
            bad = int(suite.get("failures")) + int(suite.get("errors"))
            failed += bad
            passed += int(suite.get("tests")) - bad - int(suite.get("skipped"))
    if status != 0 and failed == 0:
        failed = 1
    return passed, failed


def main():
    parser = argparse.ArgumentParser(description="Run every test of the project.")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", choices=["ctest", "pytest"])
    options = parser.parse_args()
    build = options.build.resolve()
    results = build / "test-results"
    shutil.rmtree(results, ignore_errors=True)
    (results / "cases").mkdir(parents=True)
    os.environ["WARPSMITH"] = str(build / "warpsmith")
    totals = []
    if options.only != "pytest":
        totals.append(run_ctest(build, results, options.jobs))
    if options.only != "ctest":
        totals.append(run_pytest(results))
    passed, failed = (sum(column) for column in zip(*totals))
    sys.stdout.flush()
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
