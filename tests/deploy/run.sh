#!/usr/bin/env bash
# What config/ is for, tried: containers, Kubernetes, systemd, the Debian package. Takes the program of build/release.
# The last line adds up: "N passed, N failed"; what this machine cannot do is said before it, "skipped: why".
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
binary=build/release/watchword
# shellcheck source=.ci/packages.sh
. "$root/.ci/packages.sh"
install_packages deploy || exit 1
if [ ! -x "$root/$binary" ]; then
  echo "there is no $binary: cmake --preset release && cmake --build build/release --target watchword" >&2
  exit 1
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
{
  python3 -B "$here/config_test.py" "$root/$binary" 2>&1
  "$here/image.sh" "$binary"
  "$here/package.sh"
} | tee "$log"
awk '/^[0-9]+ passed, [0-9]+ failed$/ { passed += $1; failed += $3; programs++ }
  END { failed += 3 - programs; print passed " passed, " failed " failed"; exit failed != 0 }' "$log"
