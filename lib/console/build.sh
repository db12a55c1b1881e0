#!/usr/bin/env bash
# Builds the console's bundle out of its source: lib/console/build.sh [DIRECTORY], by default lib/console/bundle.
# Exits with 77 if the npm packages are not there and cannot be had.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
"$here/packages.sh"
node "$here/build.mjs" "$@"
