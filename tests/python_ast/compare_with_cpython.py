"""Compares our parser with CPython's `ast` over the interpreter's whole standard library, its tests included.

Every file that CPython parses must give the same tree, positions included, or be refused with a diagnostic of a kind
that REFUSALS names; every file that CPython refuses must be refused. With --round-trip each tree is also printed as
Python and parsed again. Further files or directories may be given instead of the standard library.
"""

import argparse
import ast
import collections
import multiprocessing
import pathlib
import re
import subprocess
import sys
import sysconfig
import tempfile
import warnings

# Diagnostic kinds with which a file that CPython parses may be refused: what they name is documented as unsupported.
REFUSALS = {"UnsupportedEncoding"}
CHUNK = 100


def find_files(roots):
    for root in roots:
        path = pathlib.Path(root)
        if path.is_file():
            yield str(path)
        else:
            found = (file for file in path.rglob("*.py") if "site-packages" not in file.relative_to(path).parts)
            yield from sorted(map(str, found))


def cpython_dump(path):
    """The dump with ascii() in place of repr(), or None with the error where CPython does not parse the file."""
    sys.setrecursionlimit(20000)
    ast.repr = ascii
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.dump(ast.parse(pathlib.Path(path).read_bytes()), include_attributes=True), None
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return None, f"{type(error).__name__}: {error}"


def our_dumps(tool, paths, round_trip):
    with tempfile.TemporaryDirectory() as directory:
        listing, output = pathlib.Path(directory, "list"), pathlib.Path(directory, "output")
        listing.write_text("".join(path + "\n" for path in paths))
        subprocess.run([tool, listing, output, *(["--round-trip"] if round_trip else [])], check=True)
        data = output.read_bytes()
    results, position = [], 0
    for _ in paths:
        end = data.index(b"\n", position)
        state, size = data[position:end].split()
        text = data[end + 1 : end + 1 + int(size)]
        position = end + 2 + int(size)
        results.append((state.decode(), text.decode("utf-8", "replace")))
    return results


def first_difference(expected, actual):
    at = next((i for i, (a, b) in enumerate(zip(expected, actual)) if a != b), min(len(expected), len(actual)))
    return f"      python {expected[max(0, at - 150) : at + 100]!r}\n      ours   {actual[max(0, at - 150) : at + 100]!r}"


def compare(arguments):
    tool, paths, round_trip = arguments
    outcomes = []
    for path, (state, text) in zip(paths, our_dumps(tool, paths, round_trip)):
        expected, error = cpython_dump(path)
        kind = re.search(r"\[(\w+)\]$", text, re.M).group(1) if state == "error" else None
        if expected is None:
            outcome = ("both refuse", text) if state == "error" else ("only CPython refuses", error)
        elif state == "error":
            outcome = ("refused as documented" if kind in REFUSALS else "only we refuse", text)
        elif state == "differs":
            outcome = ("round trip differs", text[:500])
        elif expected == text:
            outcome = ("same tree", "")
        else:
            outcome = ("different tree", first_difference(expected, text))
        outcomes.append((path, *outcome))
    return outcomes


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tool", help="the ast_dump program")
    parser.add_argument("roots", nargs="*", help="instead of the standard library")
    parser.add_argument("--round-trip", action="store_true", help="also print and parse again")
    parser.add_argument("--show", type=int, default=5, help="how many of each kind of failure to show")
    parser.add_argument("--verbose", action="store_true", help="also list what both refuse")
    options = parser.parse_intermixed_args()
    if sys.version_info[:2] != (3, 11):
        sys.exit("needs CPython 3.11")
    files = list(find_files(options.roots or [sysconfig.get_path("stdlib")]))
    chunks = [(options.tool, files[i : i + CHUNK], options.round_trip) for i in range(0, len(files), CHUNK)]
    by_outcome = collections.defaultdict(list)
    with multiprocessing.Pool() as pool:
        for outcomes in pool.imap(compare, chunks):
            for path, outcome, detail in outcomes:
                by_outcome[outcome].append((path, detail))
    good = {"same tree", "both refuse", "refused as documented"}
    for outcome, entries in sorted(by_outcome.items()):
        print(f"{len(entries):6} {outcome}")
        if outcome == "same tree" or (outcome in good and not options.verbose):
            continue
        for path, detail in entries[: options.show]:
            print(f"    {path}\n{detail}")
    print(f"{len(files):6} files")
    return 0 if files and set(by_outcome) <= good else 1


if __name__ == "__main__":
    sys.exit(main())
