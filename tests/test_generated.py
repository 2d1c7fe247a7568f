"""Generated kernels of all categories: their text and their records equal real Warp, on both devices with backward."""

import json
import subprocess

COUNT = 500


def test_generated_kernels_equal_warp(warpsmith):
    done = subprocess.run([warpsmith, "parity", "--generate", str(COUNT), "--seed", "7", "--json"], capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    summary = json.loads(done.stdout)["summary"]
    bad = "\n".join(f"{c['kernels']} kernels, {c['outcome']}: {c['cause']} e.g. {c['example']}" for c in summary["causes"][:20])
    assert done.returncode == 0, bad
    assert summary["kernels_identical"] == 2 * COUNT
