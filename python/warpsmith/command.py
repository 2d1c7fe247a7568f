"""How the package's commands end: exit codes and messages as the binary has them, whatever stops them."""

import argparse
import os
import sys

FELL_SHORT, USAGE, INPUT_OUTPUT, INTERRUPTED = 1, 2, 3, 130


class Parser(argparse.ArgumentParser):
    """Reports wrong usage in one line, as the binary does."""

    def error(self, message):
        self.exit(USAGE, f"warpsmith: error: {message}; see {self.prog} --help\n")


def run(name, main):
    """Ends the process with what `main()` returns; an interruption and output that nobody takes end it cleanly, too."""
    try:
        status = main()
        sys.stdout.flush()
    except KeyboardInterrupt:
        _say(f"{name}: interrupted")
        status = INTERRUPTED
    except OSError as error:
        _say(f"{name}: {error.filename or 'cannot write the output'}: {error.strerror or error}")
        status = INPUT_OUTPUT
    # Python flushes standard output once more as it ends, and would report a closed pipe in its own words.
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(status)


def _say(message):
    try:
        print(message, file=sys.stderr, flush=True)
    except OSError:
        pass  # nobody listens there, either
