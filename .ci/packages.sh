# shellcheck shell=bash
# The Debian packages Watchword needs, by purpose, and a function that installs those that are missing.
# Sourced by app/run.sh, tests/run.sh, bench/run.sh and .ci/run.

# shellcheck disable=SC2034 # read by name, in install_packages
{
  packages_build="g++ cmake ninja-build pkg-config ccache
    libboost1.81-dev libboost-json1.81-dev
    libssl-dev libsqlite3-dev libpq-dev libsoci-dev libsodium-dev libcrypt-dev libspdlog-dev libutf8proc-dev
    prometheus-cpp-dev"
  packages_test="libboost-test1.81-dev libargon2-dev postgresql-15 python3 sqlite3 openssl iproute2 slowhttptest
    strace faketime curl libfuse3-dev valgrind libbenchmark-dev nodejs node-jose nginx-light haproxy caddy python3-jsonschema
    prometheus"
  packages_clang="clang libclang-rt-14-dev"
  packages_web="chromium nodejs npm"
  packages_lint="clang-format clang-tidy clang-tools python3 shellcheck"
  packages_image="libsqlite3-0 libpq5 binutils"
  packages_package="dpkg-dev file"
  packages_deploy="buildah debootstrap systemd python3-yaml curl python3 $packages_image $packages_package"
  packages_bench_http="wrk strace python3"
  packages_bench_passwords="python3"
  packages_bench_tokens="wrk libbenchmark-dev postgresql-15 python3"
  packages_bench_storage="postgresql-15 sqlite3 python3"
  packages_bench_micro="libbenchmark-dev valgrind linux-perf python3"
  packages_bench_flask="python3-flask python3-flask-sqlalchemy python3-jwt gunicorn python3-argon2"
  packages_bench_fastify="g++ make python3"
  packages_bench_go="golang-go gcc libsqlite3-dev golang-github-golang-jwt-jwt-dev golang-github-mattn-go-sqlite3-dev
    golang-golang-x-crypto-dev"
  packages_bench_rust="rustc cargo gcc pkg-config libsodium-dev libsqlite3-dev librust-form-urlencoded-dev
    librust-getrandom-dev librust-hyper-dev librust-jsonwebtoken-dev librust-libc-dev librust-rusqlite-dev
    librust-serde-dev librust-serde-json-dev librust-tokio-dev"
  packages_bench_nginx="nginx-light"
  packages_bench_peers="postgresql-15 openssl python3"
  # Node from elsewhere often has npm in it, and Debian's package would take its place.
  if command -v npm >/dev/null; then packages_web="chromium nodejs"; fi
}

# install_packages GROUP... : makes sure that every package of the groups is there. Says so if one is missing, and
# needs root or sudo only then.
install_packages() {
  local group list package as_root=() missing=()
  for group in "$@"; do
    list="packages_$group"
    for package in ${!list}; do
      if [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then
        missing+=("$package")
      fi
    done
  done
  [ ${#missing[@]} -gt 0 ] || return 0

  if [ "$(id -u)" -ne 0 ]; then as_root=(sudo); fi
  if ! command -v apt-get >/dev/null || { [ ${#as_root[@]} -gt 0 ] && ! command -v sudo >/dev/null; }; then
    echo "Packages are missing; run as root: apt-get install --no-install-recommends ${missing[*]}" >&2
    return 1
  fi
  echo "Installing ${missing[*]}" >&2
  (
    # shellcheck disable=SC2030 # the subshell's own, here and below
    policies=()
    trap '[ ${#policies[@]} -eq 0 ] || "${as_root[@]}" rm -f "${policies[@]}"' EXIT
    if [[ " ${missing[*]} " == *" postgresql-15 "* ]]; then without_main_cluster; fi
    if [[ " ${missing[*]} " =~ \ (nginx-light|haproxy|caddy|prometheus)\  ]]; then without_services; fi
    "${as_root[@]}" apt-get update -qq >&2 &&
      "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        -o DPkg::Lock::Timeout=120 "${missing[@]}" >&2
  ) || {
    echo "That failed; run as root: apt-get install --no-install-recommends ${missing[*]}" >&2
    return 1
  }
}

# The tests start PostgreSQL servers of their own. Until this subshell ends, installing the package makes no database and
# starts no server.
without_main_cluster() {
  local policy=/etc/postgresql-common/createcluster.d/watchword.conf
  # shellcheck disable=SC2031
  policies+=("$policy")
  "${as_root[@]}" mkdir -p "${policy%/*}"
  echo "create_main_cluster = false" | "${as_root[@]}" tee "$policy" >/dev/null
}

# Debian's proxies would begin to serve at once. Until this subshell ends, a policy of ours forbids it, if there is none.
without_services() {
  local policy=/usr/sbin/policy-rc.d
  [ ! -e "$policy" ] || return 0
  # shellcheck disable=SC2031
  policies+=("$policy")
  printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
  "${as_root[@]}" chmod 755 "$policy"
}

# Compilations are remembered across build directories, and across checkouts.
if [ -z "${CMAKE_CXX_COMPILER_LAUNCHER+set}" ]; then export CMAKE_CXX_COMPILER_LAUNCHER=ccache; fi
# What changes no object file.
if [ -z "${CCACHE_IGNOREOPTIONS+set}" ]; then
  CCACHE_IGNOREOPTIONS="-Wno-mismatched-new-delete -Wno-stringop-overflow -Wno-stringop-overread -Wno-array-bounds"
  export CCACHE_IGNOREOPTIONS
fi
if [ -z "${CCACHE_BASEDIR+set}" ]; then
  CCACHE_BASEDIR=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
  export CCACHE_BASEDIR CCACHE_NOHASHDIR=true
fi
# What is new is not preprocessed first; precompiled headers are remembered too. Builds with sanitizers want room.
export CCACHE_DEPEND=true CCACHE_SLOPPINESS="${CCACHE_SLOPPINESS-pch_defines,time_macros}"
export CCACHE_MAXSIZE="${CCACHE_MAXSIZE-12G}"
