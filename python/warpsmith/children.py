"""Work done in forked children, one an item, so that no item sees what another left behind."""

import json
import os
import selectors
import signal


def _child(item, work, timeout, pipe):
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(timeout)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    data = json.dumps(work(item)).encode()
    while data:
        data = data[os.write(pipe, data):]


def _spawn(item, work, timeout):
    read, write = os.pipe()
    # An interruption while what runs around a fork runs (of logging, of numpy) would be ignored.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    pid = os.fork()
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
    if pid == 0:
        status = 1
        try:
            os.close(read)
            _child(item, work, timeout, write)
            status = 0
        finally:
            os._exit(status)
    os.close(write)
    return pid, read


def _cause(status, timeout):
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        return f"ran past {timeout} s" if number == signal.SIGALRM else f"killed by signal {number}"
    return "ended without a result"


def run(items, work, jobs=None, timeout=120, prepare=None):
    """Yields (index, result, None) or (index, None, cause of death) as each child ends, `jobs` at a time.

    `work(item)` runs in the child, silenced and with no input; its result travels as JSON. The caller must have no
    other threads. `prepare(item)` runs here before the fork.
    """
    jobs = jobs or os.cpu_count() or 1
    waiting = enumerate(items)
    running = {}
    try:
        yield from _results(waiting, running, work, jobs, timeout, prepare)
    finally:  # the caller was interrupted, or wants no more
        for _, pid, _ in running.values():
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def _results(waiting, running, work, jobs, timeout, prepare):
    selector, exhausted = selectors.DefaultSelector(), False
    while not exhausted or running:
        while not exhausted and len(running) < jobs:
            index, item = next(waiting, (None, None))
            if index is None:
                exhausted = True
                break
            if prepare:
                prepare(item)
            pid, read = _spawn(item, work, timeout)
            running[read] = (index, pid, [])
            selector.register(read, selectors.EVENT_READ)
        for key, _ in selector.select() if running else ():
            index, pid, parts = running[key.fd]
            part = os.read(key.fd, 1 << 20)
            if part:
                parts.append(part)
                continue
            selector.unregister(key.fd)
            os.close(key.fd)
            del running[key.fd]
            _, status = os.waitpid(pid, 0)
            try:
                yield index, json.loads(b"".join(parts)), None
            except ValueError:
                yield index, None, _cause(status, timeout)
