"""What a comparison of many modules found: counts, causes ranked by the kernels they touch, and the census, as text, JSON or
Markdown."""

import pathlib

GOOD = ("identical", "rejected")
OUTCOMES = ("identical", "differing", "rejected", "rejected_by_warp", "rejected_by_us", "unsupported", "failed")


# Diagnostics for what only running the code would tell.
_NEEDS_RUNNING = ("UnresolvedAnnotation", "UnresolvedDefinition", "HiddenDefinition", "UnresolvedObject", "StaticNotKnown",
                  "HashNotCertain")


def _static(results):
    """Of the kernels compared by source: how many resolve statically, how many of those are identical, how many need running
    code."""
    verdicts, own = {}, {}
    for result in results:
        if result["engine"] != "source":
            continue
        for name, cause in result["verdicts"].items():
            key = result["device"], name
            verdicts[key] = verdicts.get(key) or cause
            if name in result["decorated"]:  # by this file's text: the module of another may hold it too
                own[key] = own.get(key) or cause
    static = {key: cause for key, cause in own.items()
              if not (cause or "").endswith(tuple(f"[{name}]" for name in _NEEDS_RUNNING))}
    return {"kernels": len(static), "identical": sum(cause is None for cause in static.values()),
            "need_running": len(verdicts) - len(static)}


def summary(results):
    """Counts of modules and kernels, and causes ranked by the kernels they touch."""
    compared = [r for r in results if r["outcome"] != "not_importable"]
    modules = {o: sum(r["outcome"] == o for r in compared) for o in OUTCOMES}
    accepted = [r for r in compared if r["outcome"] not in ("rejected", "rejected_by_warp")]
    ranked = {}
    for result in compared:
        if result["outcome"] in GOOD:
            continue
        causes = result["causes"] or {result["cause"]: result["kernels"]}
        for text, kernels in causes.items():
            entry = ranked.setdefault((result["outcome"], text), {
                "outcome": result["outcome"], "cause": text, "kernels": 0, "modules": 0,
                "example": f"{result['path']} [{result['device']}]" + (f" line {result['line']}" if result["line"] else "")})
            entry["kernels"] += kernels
            entry["modules"] += 1
    distinct = _verdicts(accepted)
    return {
        "modules_compared": len(compared), "distinct_kernels": len(distinct),
        "distinct_identical": sum(cause is None for cause in distinct.values()), "kernels_compared": sum(r["kernels"] for r in accepted),
        "kernels_identical": sum(r["same"] for r in accepted), "modules": modules,
        "not_importable": len(results) - len(compared),
        "rejected_with_line": sum(r.get("line_agrees") is not None for r in compared),
        "rejected_at_same_line": sum(r.get("line_agrees") is True for r in compared),
        "causes": sorted(ranked.values(), key=lambda e: (-e["kernels"], -e["modules"], e["cause"] or "")),
        "static": _static(accepted), "census": _census(accepted, distinct),
    }


def is_good(totals):
    """Whether something was compared and all of it was identical or rejected by both."""
    compared = totals["modules_compared"]
    return bool(compared) and sum(totals["modules"][o] for o in GOOD) == compared


def _verdicts(results):
    """{(device, kernel name): cause or None} over all results. Names hold a hash of the content, so that one name is one
    kernel; it is identical only if it is so wherever it was met."""
    verdicts = {}
    for result in results:
        for name, cause in result["verdicts"].items():
            key = result["device"], name
            verdicts[key] = verdicts.get(key) or cause
    return verdicts


def _census(results, verdicts):
    """{feature: [distinct kernels that meet it, identical ones]}, commonest first."""
    met = {}
    for result in results:
        for name, features in result["features"].items():
            met.setdefault((result["device"], name), features)
    counts = {}
    for key, features in met.items():
        for feature in features:
            entry = counts.setdefault(feature, [0, 0])
            entry[0] += 1
            entry[1] += verdicts.get(key, "") is None
    return dict(sorted(counts.items(), key=lambda e: (-e[1][0], e[0])))


def print_text(results, totals, limit, with_census=False):
    for result in results:
        if result["outcome"] in GOOD or limit == 0:
            continue
        limit -= 1
        print(f"{result['outcome']}: {result['name']} [{result['device'] or '-'}]"
              + (f" line {result['line']}" if result["line"] else "") + f": {result['cause']}")
        if result["outcome"] == "differing" and "warp_line" in result:
            print(f"    Warp: {result['warp_line'][:200]}\n    ours: {result['our_line'][:200]}")
    if totals["causes"]:
        print("causes, by kernels touched:")
        for entry in totals["causes"][:40]:
            print(f"  {entry['kernels']:6d} kernels {entry['modules']:5d} modules  {entry['outcome']}: {entry['cause']}"
                  f"\n         e.g. {entry['example']}")
    print(f"modules: {totals['modules_compared']} compared, "
          + ", ".join(f"{n} {o.replace('_', ' ')}" for o, n in totals["modules"].items() if n)
          + f"; {totals['not_importable']} not importable")
    if totals["rejected_with_line"]:
        print(f"rejected by both: {totals['rejected_at_same_line']} of {totals['rejected_with_line']} at the line that Warp names")
    share = 100.0 * totals["kernels_identical"] / max(totals["kernels_compared"], 1)
    print(f"kernels: {totals['kernels_compared']} compared, {totals['kernels_identical']} identical ({share:.2f} %)")
    share = 100.0 * totals["distinct_identical"] / max(totals["distinct_kernels"], 1)
    print(f"distinct kernels: {totals['distinct_kernels']}, {totals['distinct_identical']} identical ({share:.2f} %)")
    if totals["static"]["kernels"]:
        print(_static_text(totals))
    if with_census:
        print("constructs and built-ins, by distinct kernels touched (identical ones):")
        for feature, (kernels, identical) in totals["census"].items():
            print(f"  {kernels:6d} ({identical}) {feature}")


def _static_text(totals):
    static = totals["static"]
    share = 100.0 * static["identical"] / max(static["kernels"], 1)
    return (f"from source: {static['kernels']} distinct kernels resolve statically, {static['identical']} of them identical "
            f"({share:.2f} %); {static['need_running']} need running code")


def _suite_lines(suites):
    """Which suites made the captures, and which of them did not come to their end."""
    ended = [s for s in suites if not s["error"]]
    dry = sum(s["key"].get("dry", False) for s in suites)
    ran = sum(s["error"] != "not run" for s in suites)
    lines = [f"{ran} of {len(suites)} suites ran" + (f", {dry} of them dry" if dry else "") + f"; {len(ended)} came to their end.", ""]
    if len(ended) < len(suites):
        lines += ["| suite that did not end | why | module states captured before |", "|---|---|---|"]
        lines += [f"| {s['suite']} | {s['error']} | {s['captures']} |" for s in suites if s["error"]] + [""]
    return lines


def write_markdown(path, title, results, totals, suites=()):
    """A table of what does not match yet and the construct that stops each. `suites`: `captures.suites_of` the inputs."""
    lines = [f"# {title}", "", "Written by `python -m warpsmith.parity --markdown`; do not edit.", "",
             f"{totals['modules']['identical']} of {totals['modules_compared']} module texts and "
             f"{totals['kernels_identical']} of {totals['kernels_compared']} kernels are identical; "
             f"{totals['not_importable']} files cannot be imported here.", "",
             *([_static_text(totals).capitalize() + ".", ""] if totals["static"]["kernels"] else []),
             f"Of {totals['distinct_kernels']} distinct kernels {totals['distinct_identical']} are identical "
             f"({100.0 * totals['distinct_identical'] / max(totals['distinct_kernels'], 1):.2f} %). "
             f"{totals['modules']['rejected']} module texts are rejected by both, {totals['rejected_at_same_line']} of the "
             f"{totals['rejected_with_line']} for which Warp names a line at that line.", "",
             *(_suite_lines(suites) if suites else ()),
             "| module | device | kernels identical | outcome | what stops it |", "|---|---|---|---|---|"]
    for result in sorted(results, key=lambda r: (r["name"], r["device"])):
        if result["outcome"] not in GOOD:
            cause = (result["cause"] or "").replace("|", "\\|")
            lines.append(f"| {result['name']} | {result['device']} | {result['same']}/{result['kernels']} | "
                         f"{result['outcome'].replace('_', ' ')} | {cause} |")
    pathlib.Path(path).write_text("\n".join(lines) + "\n", encoding="utf-8")
