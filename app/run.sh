#!/usr/bin/env bash
# Installs what is missing, builds the release and serves on 127.0.0.1:5000 with the database watchword.db in the
# current directory. Arguments go to the server: app/run.sh --listen 127.0.0.1:8080
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=.ci/packages.sh
. "$root/.ci/packages.sh"
install_packages build

build="$root/build/release"
if [ ! -e "$build/build.ninja" ]; then
  cmake -S "$root" --preset release -DWATCHWORD_TESTS=OFF -DWATCHWORD_BENCH=OFF >&2
fi
cmake --build "$build" --target watchword >&2
exec "$build/watchword" serve "$@"
