#!/usr/bin/env bash
# Installs what is missing, builds and runs every test. The last line counts test cases: "N passed, N failed".
#   --preset NAME   release (default), debug, asan, tsan or clang
#   --long          the long forms of tests that have one
#   -R REGEX        only the test programs whose name matches
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
preset=release
filter=.
while [ $# -gt 0 ]; do
  case $1 in
    --preset) preset=${2:?"--preset needs a name"}; shift 2 ;;
    --long) export WATCHWORD_LONG=1; shift ;;
    -R) filter=${2:?"-R needs a regular expression"}; shift 2 ;;
    *) echo "usage: tests/run.sh [--preset NAME] [--long] [-R REGEX]" >&2; exit 2 ;;
  esac
done

# shellcheck source=.ci/packages.sh
. "$root/.ci/packages.sh"
groups=(build test)
[ "$preset" != clang ] || groups+=(lint)
install_packages "${groups[@]}" || { echo "0 passed, 1 failed"; exit 1; }

build="$root/build/$preset"
(cd "$root" && cmake --preset "$preset" -DWATCHWORD_TESTS=ON ${CI:+-DWATCHWORD_WERROR=ON} >&2 && cmake --build --preset "$preset" >&2) ||
  { echo "the build failed" >&2; echo "0 passed, 1 failed"; exit 1; }

export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_stack_use_after_return=1:strict_string_checks=1}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
export TSAN_OPTIONS=${TSAN_OPTIONS:-halt_on_error=1:suppressions=$root/tests/tsan.supp}
if [ -z "${WATCHWORD_SHARED:-}" ] && [ -d "$root/../shared" ]; then
  WATCHWORD_SHARED=$(cd "$root/../shared" && pwd)
  export WATCHWORD_SHARED
fi

reports=$build/reports
rm -rf "$reports" && mkdir -p "$reports"
export WATCHWORD_REPORTS=$reports
(cd "$build" && ctest -R "$filter" --output-on-failure --parallel 2 --no-tests=error --output-junit "$reports/ctest.xml" \
  --test-output-size-passed 10000000 --test-output-size-failed 10000000)
python3 "$root/tests/count.py" "$reports"
