# The Debian packages Watchword needs, by purpose, and a function that installs those that are missing.
# Sourced by app/run.sh, tests/run.sh, bench/run.sh and .ci/run.

packages_build="g++ cmake ninja-build pkg-config ccache
  libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev
  libssl-dev libsqlite3-dev libpq-dev libsoci-dev libsodium-dev libspdlog-dev"
packages_test="libboost-test1.81-dev postgresql-15 python3 sqlite3"
packages_lint="clang clang-format clang-tidy clang-tools libclang-rt-14-dev shellcheck"
packages_bench="wrk nginx-light python3 strace valgrind"

# install_packages GROUP... : makes sure that every package of the groups is there. Needs root or sudo only if one is
# missing.
install_packages() {
  local group package missing=""
  for group in "$@"; do
    local list="packages_$group"
    for package in ${!list}; do
      [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing="$missing $package"
    done
  done
  [ -n "$missing" ] || return 0
  local as_root=""
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
      echo "These packages are missing; install them as root: apt-get install$missing" >&2
      return 1
    fi
    as_root="sudo"
  fi
  echo "Installing$missing" >&2
  # A database server that is only needed for tests must not start, nor make a cluster, by being installed.
  local policy=/etc/postgresql-common/createcluster.conf
  if [[ "$missing" == *postgresql* ]] && [ ! -e "$policy" ]; then
    $as_root mkdir -p /etc/postgresql-common
    echo "create_main_cluster = false" | $as_root tee "$policy" >/dev/null
  fi
  $as_root apt-get update -qq >&2 || return 1
  # shellcheck disable=SC2086 # a list of words
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >&2
}
