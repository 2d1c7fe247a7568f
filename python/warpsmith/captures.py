"""What there is to compare: inputs as items, and Warp's answer to each, from a cache where it is there.

An item is one Python file or module, to be compared by its source (engine "source") or by a snapshot of each of its live
Warp modules (engine "snapshot"); or a capture, a file that holds such snapshots and Warp's text already.

An answer is a Capture (see `warpsmith.oracle`). With snapshots each of its modules also has "document": the snapshot, or
None and the reason in "error".
"""

import hashlib
import importlib.util
import json
import os
import pathlib
import zlib

from warpsmith import oracle, records, snapshot

CACHE_VERSION = 3
ENGINES = ("source", "snapshot")
CAPTURE_SUFFIX = ".capture.z"
# Building the functions of device libraries takes some 20 s each, and a module of tests has dozens.
TIMEOUT_S = {"source": oracle.DEFAULT_TIMEOUT_S, "snapshot": 20 * oracle.DEFAULT_TIMEOUT_S}
_SNAPSHOT_CODE = ("live.py", "snapshot.py", "snapshot_values.py")


def _item(name, path, settings, record_path=None, engine="source"):
    return {"name": name, "path": str(path), "settings": settings, "records": record_path, "engine": engine}


def _package_items(package, settings):
    root = importlib.util.find_spec(package)
    if root is None:
        raise FileNotFoundError(f"{package}: no such file, folder or module")
    if not root.submodule_search_locations:
        return [_item(package, root.origin, settings)]
    base = root.submodule_search_locations[0]
    items = []
    for dotted in oracle.modules_of_package(package):
        relative = dotted[len(package):].lstrip(".").replace(".", os.sep)
        path = os.path.join(base, relative + ".py") if relative else ""
        if not os.path.exists(path):
            path = os.path.join(base, relative, "__init__.py")
        if b"warp" in pathlib.Path(path).read_bytes():
            items.append(_item(dotted, path, settings))
    return items


def items_of(inputs, settings, scratch):
    """The modules to compare. Sources of dataset records are laid out under `scratch`, one folder a record."""
    items = []
    for name in inputs:
        if name.endswith(".py"):
            if not os.path.isfile(name):
                raise FileNotFoundError(f"{name}: no such file")
            items.append(_item(name, os.path.abspath(name), settings))
        elif name.endswith(".json") or name.endswith(CAPTURE_SUFFIX):
            items.append(_stored_item(name, settings))
        elif os.path.isdir(name):
            items += [_stored_item(str(p), settings, str(p.relative_to(name)).removesuffix(CAPTURE_SUFFIX))
                      for p in sorted(pathlib.Path(name).rglob("*" + CAPTURE_SUFFIX))]
            sources = sorted(pathlib.Path(name).rglob("*.py"))
            items += [_item(str(p), p.resolve(), settings) for p in sources]
            items += _dataset_items(name, settings, scratch)
        else:
            items += _package_items(name, settings)
    return [dict(item, engine=engine) if item["engine"] == "source" else item
            for item in items for engine in settings["engines"] if engine == "source" or not item["records"]]


def _stored_item(name, settings, shown=None):
    if not os.path.isfile(name):
        raise FileNotFoundError(f"{name}: no such file")
    return _item(shown or name, os.path.abspath(name), settings, engine="snapshot" if name.endswith(".json") else "capture")


def suites_of(inputs):
    """The reports of the suites (see `warpsmith.suites`) whose captures stand in these folders, and of those of their lists
    that have not been run."""
    found = []
    for folder in (pathlib.Path(name) for name in inputs if os.path.isdir(name)):
        reports = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*/done.json"))]
        listed = folder / "list.json"
        names = json.loads(listed.read_text(encoding="utf-8")) if listed.exists() else []
        missing = [name for name in names if name not in {report["suite"] for report in reports}]
        found += reports + [{"suite": name, "error": "not run", "captures": 0, "key": {}} for name in missing]
    return found


def _dataset_items(folder, settings, scratch):
    """One item a distinct (source, backward), with the records of both devices beside it."""
    items, places = [], {}
    for record in records.read(folder):
        key = (record["python_source"], record["has_backward"])
        place = places.get(key)
        if place is None:
            place = places[key] = pathlib.Path(scratch, str(len(places)))
            place.mkdir(parents=True)
            path = place / f"{record['name']}.py"
            path.write_text(record["python_source"], encoding="utf-8")
            own = dict(settings, backward=record["has_backward"], cache=None)
            items.append(_item(f"{record['name']} ({record['id']})", path, own, str(place / "records.jsonl")))
        with open(place / "records.jsonl", "a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")
    return items


def _cache_file(item):
    settings = item["settings"]
    if not settings["cache"] or item["path"].endswith(".json"):
        return None
    key = hashlib.sha256()
    if item["engine"] == "snapshot":
        key.update(snapshot_code())
    key.update(pathlib.Path(item["path"]).read_bytes())
    key.update(json.dumps([CACHE_VERSION, oracle.WARP_VERSION, item["name"], item["path"], settings["devices"],
                           settings["backward"], settings["kernel"], settings["arch"], settings["stub"], item["engine"]]).encode())
    return pathlib.Path(settings["cache"], key.hexdigest()[:32] + ".json.z")


def known(item):
    """Warp's answer where it is known already, or None."""
    file = _cache_file(item)
    if item["engine"] == "capture":
        return read(item["path"])
    try:
        return json.loads(zlib.decompress(file.read_bytes())) if file else None
    except (OSError, ValueError, zlib.error):
        return None


def warp_answer(item):
    """Warp's answer to an item. Call it in a child only."""
    found = known(item)
    if found is not None:
        return found
    settings = item["settings"]
    asked = oracle.request(_name_for_import(item), settings["devices"], settings["backward"], settings["kernel"],
                           settings["arch"], stub=settings["stub"], timeout=TIMEOUT_S[item["engine"]])
    answer = oracle.capture_here(asked) if item["engine"] == "source" else snapshot.capture_here(asked)
    if item["path"].endswith(".json"):
        answer = _with_document(answer, item["path"])
    file = _cache_file(item)
    if file and answer["import_error"] is None:
        write(file, answer)
    return answer


def _name_for_import(item):
    if item["path"].endswith(".json"):
        return _module_of(item["path"])
    return item["name"] if not item["name"].endswith(".py") and not item["records"] else item["path"]


def _module_of(path):
    """What to import for the module that a snapshot describes: its file where that was imported under its stem."""
    document = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    for definition in document["kernels"]:
        if pathlib.Path(definition["file"]).stem == document["module"]:
            return definition["file"]
    return document["module"]


def _with_document(answer, path):
    """The answer for the module that a snapshot describes, with that snapshot in place of a fresh one."""
    document = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    modules = [dict(m, document=document, error=None) for m in answer["modules"] if m["name"] == document["module"]]
    return dict(answer, modules=modules)


def read(path):
    """The answer that `write` stored."""
    return json.loads(zlib.decompress(pathlib.Path(path).read_bytes()))


def write(path, answer):
    """Stores an answer; it is there in whole or not at all."""
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_bytes(zlib.compress(json.dumps(answer).encode(), 1))
    os.replace(beside, path)


def snapshot_code():
    """A hash of the code that writes snapshots; what an older one wrote is of no use."""
    folder = pathlib.Path(__file__).parent
    return hashlib.sha256(b"".join((folder / name).read_bytes() for name in _SNAPSHOT_CODE)).digest()
