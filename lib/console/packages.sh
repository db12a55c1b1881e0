#!/usr/bin/env bash
# Makes sure that the npm packages of package-lock.json are in lib/console/node_modules. Exits with 77 if they cannot be
# had. One at a time: two tests may ask at once.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
exec 9>.npm-lock
flock 9
if cmp -s package-lock.json node_modules/.watchword-lock; then exit 0; fi
if ! npm ci --ignore-scripts --no-audit --no-fund --fetch-timeout=60000 --fetch-retries=5 \
  --fetch-retry-mintimeout=1000 --fetch-retry-maxtimeout=5000 >&2; then
  echo "skipped: the npm packages of lib/console/package-lock.json cannot be had" >&2
  exit 77
fi
cp package-lock.json node_modules/.watchword-lock
