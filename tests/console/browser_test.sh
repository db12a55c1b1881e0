#!/usr/bin/env bash
# What people do in the console, against the real server: tests/console/browser_test.sh BUILD_DIRECTORY [PATTERN]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
"$root/lib/console/packages.sh"
exec node "$root/tests/console/browser_test.mjs" "$@"
