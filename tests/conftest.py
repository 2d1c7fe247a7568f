"""Where the tests find the project and its program."""

import os
import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture(scope="session")
def warpsmith():
    """The path of the release program, or of the one $WARPSMITH names."""
    program = pathlib.Path(os.environ.get("WARPSMITH", ROOT / "build/release/warpsmith"))
    assert program.exists(), f"{program} is missing: run `make build`"
    return str(program)
