#!/usr/bin/env bash
# Installs what a build needs: Debian packages, and the virtual environment .venv with the pinned wheels.
# usage: scripts/setup.sh [--clang|--llvm]     also the packages of packages-clang.txt, or of packages-llvm.txt
# Each step is keyed by the hash of the list it installs from, so a second run does nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
readonly stamps=build/stamps

fail() {
  printf 'setup: %s\n' "$*" >&2
  exit 1
}

hash_of() { cat "$@" | sha256sum | cut -c1-16; }

packages_in() { sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$1"; }

is_installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# Sets `root` to the command prefix that runs something as root.
find_root() {
  root=(env DEBIAN_FRONTEND=noninteractive)
  [ "$(id -u)" -eq 0 ] && return
  command -v sudo >/dev/null 2>&1 ||
    fail "Debian packages are missing, this user is not root, and sudo is not here; run as root: apt-get install $*"
  root=(sudo "${root[@]}")
}

install_packages() {
  local list=$1 stamp
  stamp=$stamps/apt-$(basename "$list" .txt)-$(hash_of "$list")
  [ -e "$stamp" ] && return
  command -v dpkg-query >/dev/null 2>&1 || fail "this is not a Debian system (no dpkg-query); install by hand what $list names"
  local package missing=() root=()
  for package in $(packages_in "$list"); do
    is_installed "$package" || missing+=("$package")
  done
  if [ ${#missing[@]} -gt 0 ]; then
    find_root "${missing[@]}"
    echo "setup: installing ${missing[*]}"
    local log=build/setup-apt.log
    "${root[@]}" apt-get update >"$log" 2>&1 || {
      tail -n 5 "$log" >&2
      fail "apt-get update failed (all of it: $log); check the network and /etc/apt/sources.list"
    }
    if ! "${root[@]}" apt-get install -y --no-install-recommends "${missing[@]}" >>"$log" 2>&1; then
      grep -E '^E:' "$log" >&2 || tail -n 5 "$log" >&2
      fail "apt-get could not install: ${missing[*]} (all of it: $log)"
    fi
    for package in "${missing[@]}"; do
      is_installed "$package" || fail "package $package is still missing after apt-get install (see $log)"
    done
  fi
  touch "$stamp"
}

find_python() {
  local candidate
  for candidate in python3.11 /usr/bin/python3.11 python3; do
    if command -v "$candidate" >/dev/null 2>&1 &&
      "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
  fail "CPython 3.11 not found (python3.11 or python3); it is Debian 12's python3"
}

install_wheels() {
  local stamp=.venv/stamp-wheels-$(hash_of requirements.txt) log=build/setup-pip.log python
  [ -e "$stamp" ] && [ -x .venv/bin/python ] && return
  python=$(find_python)
  if ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
    echo "setup: creating .venv with $("$python" --version)"
    "$python" -m venv --clear .venv >"$log" 2>&1 || {
      tail -n 5 "$log" >&2
      fail "could not create the virtual environment .venv (all of it: $log)"
    }
  fi
  echo "setup: installing the wheels of requirements.txt"
  if ! .venv/bin/python -m pip install --disable-pip-version-check --no-input -r requirements.txt >"$log" 2>&1; then
    grep -E '^ERROR' "$log" >&2 || tail -n 5 "$log" >&2
    fail "pip could not install the wheels of requirements.txt (all of it: $log)"
  fi
  # The linker names (libarrow.so) of the versioned libraries in the wheel.
  .venv/bin/python -c 'import pyarrow; pyarrow.create_library_symlinks()' >>"$log" 2>&1 ||
    fail "could not prepare the Arrow libraries of the pyarrow wheel (all of it: $log)"
  rm -f .venv/stamp-wheels-*
  touch "$stamp"
}

main() {
  mkdir -p "$stamps"
  install_packages scripts/packages.txt
  case ${1:-} in
    '') ;;
    --clang | --llvm) install_packages "scripts/packages-${1#--}.txt" ;;
    *) fail "usage: scripts/setup.sh [--clang|--llvm]" ;;
  esac
  install_wheels
}

main "$@"
