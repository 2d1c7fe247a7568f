"""Comparison of two module texts: where they part, which kernels are whole, and what sort of line made the difference.

Nothing here normalises a text before it is judged; names are blanked only to group differences by cause.
"""

import dataclasses
import difflib
import re

_DEFINED_NAME = re.compile(r"\bstruct (\w+)[^;(]*\{|\b(\w+)\s*\(")


@dataclasses.dataclass
class Difference:
    line: int  # of Warp's text, from 1
    warp: str
    ours: str


def first_difference(warp, ours):
    """The first line at which the texts part, or None where they are equal."""
    if warp == ours:
        return None
    theirs, mine = warp.split("\n"), ours.split("\n")
    for number, (a, b) in enumerate(zip(theirs, mine), 1):
        if a != b:
            return Difference(number, a, b)
    number = min(len(theirs), len(mine)) + 1
    ended = "(end of text)"
    return Difference(number, theirs[number - 1] if len(theirs) >= number else ended,
                      mine[number - 1] if len(mine) >= number else ended)


def signature(line):
    """A line with what varies from kernel to kernel blanked: numbered names, content hashes, numbers, paths."""
    line = line.strip()
    line = re.sub(r"^// .*:\d+$", "// PATH:N", line)
    line = re.sub(r"<L \d+>", "<L N>", line)
    if line.startswith("// "):
        return re.sub(r"(<L N>).*", r"\1 ...", line)
    line = re.sub(r"\b(var|adj|label|ret|start|end|for|while|adj_ret)_\d+\b", r"\1_N", line)
    line = re.sub(r"\b\w+?_[0-9a-f]{8}(_\w+)?\b", r"NAME\1", line)
    line = re.sub(r"(?<![\w.])-?\d+(\.\d+)?(e[-+]?\d+)?[fuUlL]*\b", "N", line)
    return line[:160]


def cause(difference):
    """What sort of difference it is, as one line."""
    return f"Warp `{signature(difference.warp)}` ours `{signature(difference.ours)}`"


def chunks(text):
    """The text cut after each line that closes a top-level definition (a brace in the first column), and after the
    directives of its header."""
    out, start = [], 0
    for closing in re.finditer(r"^\}.*\n?", text, re.M):
        out.append(text[start : closing.end()])
        start = closing.end()
    if text[start:].strip():
        out.append(text[start:])
    directives = list(re.finditer(r"^#.*\n", out[0], re.M)) if out else []
    if directives:
        end = directives[-1].end()
        out[:1] = [out[0][:end], out[0][end:]]
    return out


def _beginnings(word):
    """An identifier, without what marks the struct of a kernel's arguments, and what of it ends before an underscore."""
    word = word.removeprefix("wp_args_")
    ends = [at.start() for at in re.finditer("_", word)]
    return [word[:end] for end in ends] + [word]


def _own_texts(text_chunks, names):
    """{name: the chunks that mention a kernel of that name, joined}."""
    own = {name: "" for name in names}
    for chunk in text_chunks:
        mentioned = {name for word in set(re.findall(r"\b[A-Za-z_]\w*\b", chunk)) for name in _beginnings(word) if name in own}
        for name in mentioned:
            own[name] += chunk
    return own


def _with_hashes_of(ours, kernels):
    """Our text with the content hashes of kernel names replaced by Warp's, to look past a wrong hash."""
    missing = {kernel["name"][:-9]: kernel["name"][-9:] for kernel in kernels if kernel["name"] not in ours}
    return re.sub(r"\b((?:wp_args_)?(\w+?))_[0-9a-f]{8}(?=\b|_)",
                  lambda m: m.group(1) + missing[m.group(2)] if m.group(2) in missing else m.group(), ours)


def _by_name(text_chunks):
    """{name: text} of the functions and structs that chunks define."""
    named = {}
    for chunk in text_chunks:
        head = _DEFINED_NAME.search(re.sub(r"^//.*$", "", chunk, flags=re.M))
        if head:
            name = head.group(1) or head.group(2)
            named[name] = named.get(name, "") + chunk
    return named


class _Needs:
    """What each definition of Warp's text needs, and whether ours has all of that."""

    def __init__(self, theirs, mine):
        self.theirs, self.mine, self.causes = _by_name(theirs), _by_name(mine), {}

    def cause(self, text):
        """Why something that this text mentions, directly or not, is not in our text as it is in Warp's; None if all is."""
        for name in dict.fromkeys(re.findall(r"\b[A-Za-z_]\w*\b", text)):
            if name in self.theirs:
                found = self.definition(name)
                if found:
                    return found
        return None

    def definition(self, name):
        if name not in self.causes:
            self.causes[name] = None  # while it is looked into, for names that need each other
            want, got = self.theirs[name], self.mine.get(name)
            if want == got:
                self.causes[name] = self.cause(want)
            else:
                self.causes[name] = cause(first_difference(want, got)) if got else "a definition it needs is missing"
        return self.causes[name]


def compare_kernels(warp, ours, kernels):
    """{kernel name: None where its definitions and all they need are whole in our text, else the cause}."""
    theirs, mine = chunks(warp), chunks(ours)
    needs = _Needs(theirs, mine)
    names = [kernel["name"] for kernel in kernels]
    wanted, found = _own_texts(theirs, names), _own_texts(mine, names)
    aligned, out = None, {}
    for name in names:
        want, got = wanted[name], found[name]
        if want == got:
            out[name] = needs.cause(want)
            continue
        if not got:
            aligned = aligned or _own_texts(chunks(_with_hashes_of(ours, kernels)), names)
            got = aligned[name]
            if got == want:
                out[name] = "the kernel's hash differs, all else is equal"
                continue
        out[name] = cause(first_difference(want, got)) if got else "the kernel is missing"
    return out


def unified(warp, ours, name):
    """A unified diff from Warp's text to ours."""
    return "".join(difflib.unified_diff(warp.splitlines(True), ours.splitlines(True), f"warp/{name}", f"ours/{name}"))


def definitions(text):
    """The definitions that a record may hold: structs, functions and kernels, without task loops and entry points."""
    out, lines, at = [], text.split("\n"), 0
    while at < len(lines):
        if re.match(r'(template|static|struct|extern "C" __global__|CUDA_CALLABLE|__global__|WP_)', lines[at]):
            end = at
            while end < len(lines) and not lines[end].startswith("}"):
                end += 1
            body = "\n".join(lines[at : end + 1])
            head = body.split("{")[0]
            if not re.search(r"_tasks\(|_dispatch\(|\bWP_API\b|wp_external_type_is_same", head):
                out.append(body)
            at = end
        at += 1
    return out


def is_backward(definition):
    return bool(re.search(r"\badj_\w+\(|_kernel_backward\(", definition.split("{")[0]))
