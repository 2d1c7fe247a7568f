"""Reading the records of a dataset folder in any of its formats, and holding one against Warp's text."""

import json
import pathlib

from warpsmith import compare

_COLUMNS = ("id", "name", "device", "python_source", "ir_forward", "ir_backward", "metadata")


def _plain(record):
    """The columns that a comparison needs; None for JSON that is no record."""
    if not isinstance(record, dict) or "python_source" not in record or "ir_forward" not in record:
        return None
    metadata = record.get("metadata") or {}
    return {
        "id": record.get("id", ""), "name": record.get("name") or metadata.get("kernel_name"),
        "device": record.get("device") or metadata.get("device"), "python_source": record["python_source"],
        "ir_forward": record["ir_forward"], "ir_backward": record.get("ir_backward"),
        "has_backward": bool(metadata.get("has_backward", record.get("ir_backward") is not None)),
    }


def _raw(folder):
    for path in sorted(folder.rglob("*.parquet")):
        import pyarrow.parquet

        file = pyarrow.parquet.ParquetFile(path)
        for batch in file.iter_batches(64, columns=list(_COLUMNS)):
            yield from batch.to_pylist()
    for path in sorted(folder.rglob("*.jsonl.zst")):
        import pyarrow

        with pyarrow.CompressedInputStream(str(path), "zstd") as stream:
            for line in stream.read().splitlines():
                yield json.loads(line)
    for path in sorted(folder.rglob("*.json")):
        try:
            yield json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            continue


def read(folder):
    """Yields every record under a folder, reduced to what a comparison needs."""
    for record in _raw(pathlib.Path(folder)):
        plain = _plain(record)
        if plain is not None:
            yield plain


def fault(record, text):
    """What is wrong with a record beside Warp's module text, or None: every definition of Warp must stand whole in
    `ir_forward`, or for the adjoint ones in `ir_backward` (helpers of a struct stay with it), and nothing else may."""
    wanted = compare.definitions(text)
    forward, backward = record["ir_forward"], record["ir_backward"] or ""
    for definition in wanted:
        adjoint = compare.is_backward(definition)
        if adjoint and not record["has_backward"]:
            continue
        if definition not in forward and not (adjoint and definition in backward):
            head = next((line for line in definition.splitlines() if "(" in line or "struct" in line), "")
            return f"missing: {compare.signature(head)}"
        if "_kernel_backward(" in definition.split("{")[0] and definition not in backward:
            return "the backward kernel is not in ir_backward"
    for definition in compare.definitions(forward) + compare.definitions(backward):
        if definition not in wanted:
            return f"not Warp's: {compare.signature(definition.splitlines()[0])}"
    return None
