#!/usr/bin/env bash
# Whether lib/console/bundle is what lib/console/source makes, byte by byte.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
"$root/lib/console/build.sh" "$made"
if ! diff -r "$made" "$root/lib/console/bundle"; then
  echo "lib/console/bundle is not what its source makes: run lib/console/build.sh and commit what it changes"
  echo "0 passed, 1 failed"
  exit 1
fi
echo "1 passed, 0 failed"
