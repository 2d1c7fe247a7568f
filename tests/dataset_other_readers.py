"""Reads datasets with programs that are not ours: the three formats hold the same records, in the documented schema,
and the Hub's library finds the configurations where it is installed.

usage: dataset_other_readers.py WRITE_SAMPLE_PROGRAM"""

import importlib.util
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import pyarrow
import pyarrow.parquet

COUNT = 700
COLUMNS = ["id", "name", "category", "device", "python_source", "args", "ir_forward", "ir_backward", "llvm_ir", "asm",
           "ptx", "check", "metadata"]
FIRST_METADATA = ["kernel_name", "category", "device", "ir_type", "has_backward"]


def write(program, folder, kind):
    directory = folder / kind
    subprocess.run([program, directory, kind, str(COUNT)], check=True)
    files = [path.relative_to(directory) for path in directory.rglob("*") if path.is_file()]
    stray = [path for path in files if path.parts[0] not in ("cpu", "cuda", "README.md", "warpsmith.json")]
    assert not stray, stray
    return directory


def by_id(records):
    found = {record["id"]: record for record in records}
    assert len(found) == 2 * COUNT, len(found)
    return found


def read_parquet(directory):
    records = []
    for device in ("cpu", "cuda"):
        shards = sorted((directory / device).iterdir())
        assert len(shards) > 2
        for ordinal, shard in enumerate(shards):
            assert shard.name == f"train-{ordinal:05}-of-{len(shards):05}.parquet", shard
            file = pyarrow.parquet.ParquetFile(shard, page_checksum_verification=True)
            assert file.schema_arrow.names == COLUMNS
            assert [field.name for field in file.schema_arrow.field("metadata").type][:5] == FIRST_METADATA
            file.metadata.row_group(0).to_dict()
            rows = file.read().to_pylist()
            assert all(row["device"] == device for row in rows)
            records += rows
    indices = [record["metadata"]["index"] for record in records]
    assert indices == list(range(COUNT)) * 2
    return by_id(records)


def read_json_lines(directory):
    records = []
    for shard in sorted(directory.glob("*/train-*-of-*.jsonl.zst")):
        text = subprocess.run(["zstd", "-dc", shard], check=True, capture_output=True).stdout.decode()
        records += [json.loads(line) for line in text.splitlines()]
    return by_id(records)


def read_json_files(directory):
    records = []
    for path in sorted(directory.glob("*/*.json")):
        record = json.loads(path.read_text())
        assert path.name == f"{record['name']}-{record['id'][:8]}.json", path
        assert path.parent.name == record["device"]
        assert list(record) == COLUMNS + ["ir"]
        assert list(record["metadata"])[:5] == FIRST_METADATA
        records.append(record)
    return by_id(records)


def check_card(directory):
    card = (directory / "README.md").read_text()
    front = card.split("---\n")[1]
    assert re.findall(r"config_name: (\w+)", front.split("dataset_info:")[0]) == ["cpu", "cuda"]
    for pattern in re.findall(r'path: "(.*)"', front):
        assert list(directory.glob(pattern)), pattern


def check_hub_library(directory):
    if importlib.util.find_spec("datasets") is None:
        return "not installed"
    import datasets
    rows = datasets.load_dataset(str(directory), "cuda", split="train", cache_dir=str(directory) + "-cache")
    assert len(rows) == COUNT and rows[0]["device"] == "cuda"
    return "reads it"


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        directories = {kind: write(sys.argv[1], folder, kind) for kind in ("parquet", "jsonl", "json")}
        parquet = read_parquet(directories["parquet"])
        lines = read_json_lines(directories["jsonl"])
        files = read_json_files(directories["json"])
        assert lines == files
        for record in lines.values():
            assert all("//" not in line[:2] for line in record.pop("ir"))
        assert parquet == lines
        for directory in directories.values():
            check_card(directory)
        hub = [check_hub_library(directory) for directory in directories.values()]
        print(f"{len(parquet)} records agree in three formats; datasets: {hub[0]}")


main()
