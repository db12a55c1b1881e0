#!/usr/bin/env bash
# Installs what is missing, builds and runs every test. The last line counts test cases: "N passed, N failed".
#   --preset NAME   release (default), debug, asan, tsan or clang
#   --long          the long forms of tests that have one
#   -R REGEX        only the test programs whose name matches
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
preset=release
filter=.
usage() {
  echo "usage: tests/run.sh [--preset NAME] [--long] [-R REGEX]" >&2
  exit 2
}
while [ $# -gt 0 ]; do
  case $1 in
    --preset) preset=${2-}; shift 2 || usage ;;
    --long) export WATCHWORD_LONG=1; shift ;;
    -R) filter=${2-}; shift 2 || usage ;;
    *) usage ;;
  esac
done
case $preset in release | debug | asan | tsan | clang) ;; *) usage ;; esac

fail() {
  echo "tests/run.sh: $1" >&2
  echo "0 passed, 1 failed"
  exit 1
}

# shellcheck source=.ci/packages.sh
. "$root/.ci/packages.sh"
groups=(build test web)
case $preset in asan | clang) groups+=(clang) ;; esac
install_packages "${groups[@]}" || fail "packages are missing"

build=$root/build/$preset
cmake -S "$root" --preset "$preset" -DWATCHWORD_TESTS=ON ${CI:+-DWATCHWORD_WERROR=ON} >&2 ||
  fail "CMake failed"
cmake --build "$build" >&2 || fail "the build failed"

if [ -z "${WATCHWORD_SHARED:-}" ] && [ -d "$root/../shared" ]; then
  WATCHWORD_SHARED=$(cd "$root/../shared" && pwd)
  export WATCHWORD_SHARED
fi
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_stack_use_after_return=1:strict_string_checks=1}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
export TSAN_OPTIONS=${TSAN_OPTIONS:-halt_on_error=1:second_deadlock_stack=1}
export BOOST_TEST_COLOR_OUTPUT=no

# ctest keeps what the programs print, which is where their cases are counted: all of it.
report=$build/tests.xml
rm -f "$report"
ctest --test-dir "$build" -R "$filter" --output-on-failure --parallel 3 --no-tests=error \
  --output-junit "$report" --test-output-size-passed 10000000 --test-output-size-failed 10000000
python3 "$root/tests/count.py" "$report"
