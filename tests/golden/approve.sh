#!/bin/sh
# Takes what the program prints now for what it should print: rewrites the golden files. Look at
# `git diff tests/golden` before committing.
#
#   tests/golden/approve.sh [BUILD_DIRECTORY]          default: build/release
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
build=${1:-$root/build/release}

for program in unit_report unit_scenario unit_stack; do
  if [ -x "$build/$program" ]; then
    VOTEBENCH_APPROVE=1 "$build/$program" "[golden]"
  fi
done
git -C "$root" status --short -- tests/golden
