#!/usr/bin/env bash
# Lints /openapi.json of BUILD_DIRECTORY/watchword: tests/api/description.sh BUILD_DIRECTORY
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
"$here/../../lib/console/packages.sh" "$here"
document=$(mktemp --suffix=.json)
trap 'rm -f "$document"' EXIT
"$here/client.sh" "$1/watchword" --print-description >"$document"
node "$here/lint.mjs" "$document"
