"""The releases that the project is made for, from the one place that pins them: requirements.txt of the checkout."""

import pathlib
import re

REQUIREMENTS = pathlib.Path(__file__).resolve().parent.parent.parent / "requirements.txt"


def pinned(package):
    """The version of a package, as in `warp-lang==1.19.0`."""
    found = re.search(rf"^{re.escape(package)}==(\S+)$", REQUIREMENTS.read_text(encoding="utf-8"), re.M)
    if not found:
        raise RuntimeError(f"{REQUIREMENTS} does not pin {package}")
    return found.group(1)
