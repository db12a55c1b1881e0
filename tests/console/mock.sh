#!/usr/bin/env bash
# What people do in the console, against a mock of the API: tests/console/mock.sh BUILD_DIRECTORY [PATTERN]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
"$root/lib/console/packages.sh"
exec node "$root/tests/console/mock_test.mjs" "$@"
