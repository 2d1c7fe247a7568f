#!/usr/bin/env bash
# The same bytes from a gcc and a clang build: a generated dataset of COUNT kernels (default 2000, both devices, with
# backward), with 1 and with all jobs, and the text of every accepted golden.
set -euo pipefail
cd "$(dirname "$0")/.."
count=${COUNT:-2000}
cmake --preset clang --log-level=WARNING
cmake --build build/clang -j "$(nproc)" --target warpsmith
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

generate() { # program, jobs, folder
  "$1" generate -n "$count" -d cpu,cuda -b --seed 11 --jobs "$2" -o "$work/$3" >/dev/null
}

emit_goldens() { # program, folder
  local source device
  mkdir -p "$work/$2"
  for source in "$work"/inputs/*.py; do
    for device in cpu cuda; do
      "$1" emit "$source" -d $device >"$work/$2/$(basename "$source" .py).$device" || true
    done
  done
}

generate build/release/warpsmith "$(nproc)" gcc
generate build/clang/warpsmith "$(nproc)" clang
generate build/clang/warpsmith 1 clang-one-job
mkdir -p "$work/inputs"
for golden in tests/goldens/accepted/*.golden; do
  sed -n '/^=== input.py$/,/^=== output/{/^=== /!p}' "$golden" >"$work/inputs/$(basename "$golden" .golden).py"
done
emit_goldens build/release/warpsmith gcc-text
emit_goldens build/clang/warpsmith clang-text

status=0
for pair in "gcc clang" "gcc clang-one-job" "gcc-text clang-text"; do
  read -r one other <<<"$pair"
  if diff -rq "$work/$one" "$work/$other"; then
    echo "portability: $one and $other are the same bytes ($(find "$work/$one" -type f | wc -l) files)"
  else
    echo "portability: $one and $other differ" >&2
    status=1
  fi
done
exit $status
