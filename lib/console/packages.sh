#!/usr/bin/env bash
# packages.sh [DIRECTORY]: makes sure that the npm packages of DIRECTORY/package-lock.json are in its node_modules; without
# one, the console's. Exits with 77 if they cannot be had. One at a time: two tests may ask at once.
set -euo pipefail
cd "${1:-$(dirname "${BASH_SOURCE[0]}")}"
exec 9>.npm-lock
flock 9
if cmp -s package-lock.json node_modules/.watchword-lock; then exit 0; fi
if ! npm ci --ignore-scripts --no-audit --no-fund --fetch-timeout=60000 --fetch-retries=5 \
  --fetch-retry-mintimeout=1000 --fetch-retry-maxtimeout=5000 >&2; then
  echo "skipped: the npm packages of $PWD/package-lock.json cannot be had" >&2
  exit 77
fi
cp package-lock.json node_modules/.watchword-lock
