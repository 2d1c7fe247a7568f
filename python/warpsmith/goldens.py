"""Golden files: one test case a file, in sections, each opened by a line `=== NAME` or `=== NAME [WHO]`.

`input.py` is written by people. Sections marked [oracle] hold what real Warp makes of it and are written only by
scripts/update_goldens.py; those marked [self] hold our own view (tokens, tree, ...) and are rewritten by an update flag.
A section's text is what stands between its line and the line break before the next `===`, so a final line break
inside the text is kept. In [oracle] texts the folder of the input reads `@DIR@`.
"""

import dataclasses
import pathlib
import re

FOLDER = "@DIR@"
_OPENING = re.compile(r"^=== (\S+)(?: \[(\w+)\])?$", re.M)


@dataclasses.dataclass
class Section:
    name: str
    who: str | None
    text: str


def parse(content):
    """The sections of a golden file's content, in order."""
    openings = list(_OPENING.finditer(content))
    ends = [o.start() for o in openings[1:]] + [len(content)]
    return [Section(o.group(1), o.group(2), content[o.end() + 1 : end - 1]) for o, end in zip(openings, ends)]


def render(sections):
    """The inverse of `parse`."""
    parts = []
    for section in sections:
        who = f" [{section.who}]" if section.who else ""
        parts.append(f"=== {section.name}{who}\n{section.text}\n")
    return "".join(parts)


def find(root):
    """All golden files under a folder, sorted."""
    return sorted(pathlib.Path(root).rglob("*.golden"))
