#!/usr/bin/env bash
# Installs what is missing, builds the release and measures an area; the report goes to bench/report/AREA.md and .json.
#   bench/run.sh [AREA] [--quick | --full] [FLAG]...      AREA: http (default), storage; more flags: see --help
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
area=http
if [ $# -gt 0 ] && [[ $1 != --* ]]; then
  area=$1
  shift
fi
case $area in
  http) targets=(watchword watchword_load epoll_floor http_allocations) ;;
  storage)
    targets=(watchword watchword_load watchword_users check_server
      store_commits store_copy store_reads store_statements)
    ;;
  *) echo "bench/run.sh: there is no area '$area'; there are: http, storage" >&2; exit 2 ;;
esac

# shellcheck source=.ci/packages.sh
. "$root/.ci/packages.sh"
install_packages build "bench_$area"

build=$root/build/release
cmake -S "$root" --preset release -DWATCHWORD_TESTS=OFF -DWATCHWORD_BENCH=ON >&2
cmake --build "$build" --target "${targets[@]}" >&2
PYTHONDONTWRITEBYTECODE=1 exec python3 "$root/bench/${area}_area.py" "$build" "$@"
