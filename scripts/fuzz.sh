#!/usr/bin/env bash
# Builds the fuzz preset (clang, address and undefined-behaviour sanitizers) and runs every target, or those named, for
# FUZZ_SECONDS (default 60) each, starting from its seeds and fuzz/corpus/TARGET. What is learned stays in
# build/fuzz/corpus for the next run; a finding stays in build/fuzz/findings and fails the run.
# usage: fuzz.sh [TARGET...]
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${FUZZ_SECONDS:-60}
names=("$@")
if [ ${#names[@]} -eq 0 ]; then
  for source in fuzz/*_target.cpp; do names+=("$(basename "$source" _target.cpp)"); done
fi
cmake --preset fuzz --log-level=WARNING
cmake --build build/fuzz -j "$(nproc)" --target fuzz_programs
mkdir -p build/fuzz/findings
status=0
for name in "${names[@]}"; do
  corpus=build/fuzz/corpus/$name
  seeds=build/fuzz/seeds/$name
  mkdir -p "$corpus" "fuzz/corpus/$name"
  rm -rf "$seeds"
  "build/fuzz/fuzz/${name}_replay" --write-seeds "$seeds"
  if [ "$name" = snapshot ] && [ -x .venv/bin/python ]; then  # more of them, from live modules
    for source in tests/snapshots/*.py; do
      PYTHONPATH=python .venv/bin/python -m warpsmith.snapshot "$source" -o "$seeds/$(basename "$source" .py)" >/dev/null
    done
  fi
  echo "fuzz: $name for $seconds s"
  "build/fuzz/fuzz/${name}_fuzz" -max_total_time="$seconds" -max_len=65536 -rss_limit_mb=2048 -timeout=20 \
    -print_final_stats=1 -verbosity=0 -artifact_prefix="build/fuzz/findings/$name-" "$corpus" "$seeds" "fuzz/corpus/$name" ||
    status=1
done
exit $status
