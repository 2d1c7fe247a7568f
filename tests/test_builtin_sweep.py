"""Every overload of every built-in in reach, called once or more: emit equals real Warp on both devices, or both reject."""

import json
import subprocess
import sys


def test_every_builtin_overload(tmp_path, warpsmith):
    made = subprocess.run([sys.executable, "-m", "warpsmith.sweep", "-o", str(tmp_path)], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    accepted = int(made.stdout.split()[0])
    assert accepted > 3000, made.stdout
    done = subprocess.run(
        [sys.executable, "-m", "warpsmith.parity", str(tmp_path), "--json", "--cache", "", "--warpsmith", warpsmith],
        capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    summary = json.loads(done.stdout)["summary"]
    bad = "\n".join(f"{c['kernels']} kernels, {c['outcome']}: {c['cause']} e.g. {c['example']}" for c in summary["causes"][:20])
    assert summary["kernels_compared"] >= 2 * accepted
    assert done.returncode == 0, bad
