"""Golden files: one test case a file, in sections, each opened by a line `=== NAME` or `=== NAME [WHO]`.

`input.py` is written by people. Sections marked [oracle] hold what real Warp makes of it and are written only by
scripts/update_goldens.py; those marked [self] hold our own view (tokens, tree, ...) and are rewritten by an update flag.
A section's text is what stands between its line and the line break before the next `===`, so a final line break
inside the text is kept. In [oracle] texts the folder of the input reads `@DIR@`.
"""

import dataclasses
import pathlib
import re
import subprocess
import tempfile

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


def emit(program, path, sections, device):
    """(finished process, messages) of `emit` on a golden's input, run in a folder of its own. In the process's output and
    in the messages that folder reads `@DIR@`."""
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder, f"{path.stem}.py")
        source.write_text(next(s.text for s in sections if s.name == "input.py"), encoding="utf-8")
        done = subprocess.run([program, "emit", str(source), "-d", device], capture_output=True, text=True, timeout=60)
    done.stdout = done.stdout.replace(folder, FOLDER)
    return done, done.stderr.replace(folder, FOLDER)
