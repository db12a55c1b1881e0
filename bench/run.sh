#!/usr/bin/env bash
# Builds the release, measures and makes the report: see usage().
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
all=(http passwords tokens storage peers micro)

usage() {
  cat <<'TEXT'
usage: bench/run.sh [AREA] [--quick | --full | --huge] [--install] [FLAG]...

Installs what building and measuring take, builds the release, measures AREA, or all areas one after the other, and
writes bench/report/AREA.json and .md, report.html and report.md, and README's figures.

  http       what a request costs and what the server withstands
  passwords  what logins cost beside the hash alone, and what a storm of them does to others
  tokens     what refreshes, checks of tokens and revocation cost
  storage    what a commit costs, who waits for whom, what millions of users change
  peers      the same work by other servers, side by side
  micro      what the parts of a request cost, and where its time goes

  --quick    less than 6 minutes for all areas; without a size about 32 minutes
  --full     less than 70 minutes on two cores
  --huge     --full, and ten million users: half an hour and 8 GB more
  --install  also installs the toolchains and servers that passwords and peers compare with; without it, those that
             are missing are named and skipped
  --only NAME,...        these figures of an area; only printed, unless --output is given
  --output DIRECTORY     where the report goes, instead of bench/report and README.md
  --directory DIRECTORY  where databases are made: on the disk that shall be measured, never on a tmpfs

Without measuring: bench/report.py makes the reports again from what is recorded, bench/report.py --record-bands takes
the recorded ratios into the bands by which later runs are judged.

The exit code is 1 if a measurement was void or something could not be built, 2 for a wrong command line. Whoever ends
it early, by Ctrl-C or a signal, ends all that it started; reports of areas that were over are kept.
TEXT
}

wrong() {
  echo "bench/run.sh: $1" >&2
  usage >&2
  exit 2
}

areas=()
install=no
size=()
only=
flags=()
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) usage; exit 0 ;;
    --install) install=yes ;;
    --quick | --full | --huge) size+=("$1") ;;
    --only | --output | --directory)
      [ $# -gt 1 ] || wrong "$1 needs a value"
      if [ "$1" = --only ]; then only=$2; fi
      flags+=("$1" "$2")
      shift
      ;;
    *)
      [[ " ${all[*]} " == *" $1 "* ]] || wrong "there is no area or flag '$1'"
      areas+=("$1")
      ;;
  esac
  shift
done
[ ${#size[@]} -le 1 ] || wrong "of ${size[*]} one at a time"
[ ${#areas[@]} -gt 0 ] || areas=("${all[@]}")
for name in ${only//,/ }; do
  found=no
  for area in "${areas[@]}"; do
    if [ -f "$root/bench/${area}_figures/$name.py" ]; then found=yes; fi
  done
  [ "$found" = yes ] || wrong "${areas[*]} has no figure '$name'"
done

# shellcheck source=.ci/packages.sh
. "$root/.ci/packages.sh"
groups=(build)
for area in "${areas[@]}"; do
  group=packages_bench_$area
  if [ -n "${!group:-}" ]; then groups+=("bench_$area"); fi
done
install_packages "${groups[@]}"
if [ "$install" = yes ]; then
  wanted=(nginx)
  if [[ " ${areas[*]} " =~ \ (peers|passwords)\  ]]; then wanted=(); fi # all
  "$root/bench/peers/install.sh" "${wanted[@]}" >&2 || echo "bench/run.sh: what could not be installed is skipped" >&2
fi

build=$root/build/release
cmake -S "$root" --preset release -DWATCHWORD_TESTS=OFF -DWATCHWORD_BENCH=ON >&2
cmake --build "$build" --target watchword bench >&2
PYTHONDONTWRITEBYTECODE=1 exec python3 "$root/bench/measure.py" "$build" "${areas[@]}" "${size[@]}" "${flags[@]}"
