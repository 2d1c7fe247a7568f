#!/usr/bin/env bash
# Builds the fuzz preset (clang, address and undefined-behaviour sanitizers) and runs every target for FUZZ_SECONDS
# (default 60), starting from fuzz/corpus/TARGET. A finding stays in build/fuzz/findings and fails the run.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${FUZZ_SECONDS:-60}
cmake --preset fuzz --log-level=WARNING
cmake --build build/fuzz -j "$(nproc)"
shopt -s nullglob
targets=(build/fuzz/fuzz/*_fuzz)
if [ ${#targets[@]} -eq 0 ]; then
  echo "fuzz: no targets under fuzz/" >&2
  exit 1
fi
mkdir -p build/fuzz/findings
status=0
for target in "${targets[@]}"; do
  name=$(basename "$target" _fuzz)
  mkdir -p "build/fuzz/corpus/$name"
  seeds=()
  [ -d "fuzz/corpus/$name" ] && seeds=("fuzz/corpus/$name")
  echo "fuzz: $name for $seconds s"
  "$target" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=10 -print_final_stats=1 -verbosity=0 \
    -artifact_prefix="build/fuzz/findings/$name-" "build/fuzz/corpus/$name" "${seeds[@]}" || status=1
done
exit $status
