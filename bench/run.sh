#!/usr/bin/env bash
# Installs what is missing, builds the release and measures an area; the report goes to bench/report/AREA.md and .json.
#   bench/run.sh [AREA] [--quick | --full] [FLAG]...      AREA: http (default); more flags: see bench/AREA_area.py
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
area=http
if [ $# -gt 0 ] && [[ $1 != --* ]]; then
  area=$1
  shift
fi
case $area in
  http) targets=(watchword watchword_load epoll_floor http_allocations) ;;
  *) echo "bench/run.sh: there is no area '$area'; there is: http" >&2; exit 2 ;;
esac

# shellcheck source=.ci/packages.sh
. "$root/.ci/packages.sh"
install_packages build bench

build=$root/build/release
cmake -S "$root" --preset release -DWATCHWORD_TESTS=OFF -DWATCHWORD_BENCH=ON >&2
cmake --build "$build" --target "${targets[@]}" >&2
PYTHONDONTWRITEBYTECODE=1 exec python3 "$root/bench/${area}_area.py" "$build" "$@"
