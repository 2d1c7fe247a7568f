"""How the test runner counts, which the last line of `make test` rests on."""

import importlib.util

import pytest


@pytest.fixture
def runner(root):
    spec = importlib.util.spec_from_file_location("run_tests", root / "scripts/run_tests.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def report(tmp_path, text):
    path = tmp_path / "report.xml"
    path.write_text(text)
    return path


def test_a_googletest_report_counts_its_cases(runner, tmp_path):
    path = report(tmp_path, '<testsuites tests="7" failures="2" disabled="1" errors="0"></testsuites>')
    assert runner.count_cases(path, False) == (4, 2)


def test_a_program_that_dies_is_a_failure(runner, tmp_path):
    assert runner.count_cases(tmp_path / "none.xml", False) == (0, 1)
    assert runner.count_cases(report(tmp_path, "<testsuites tests="), False) == (0, 1)
    path = report(tmp_path, '<testsuites tests="7" failures="0" disabled="0" errors="0"></testsuites>')
    assert runner.count_cases(path, False) == (7, 1)


def test_a_plain_entry_is_one_test(runner, tmp_path):
    assert runner.count_cases(tmp_path / "none.xml", True) == (1, 0)
