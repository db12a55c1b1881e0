#!/usr/bin/env bash
# Installs what the servers that Watchword is compared with need, and builds them into build/peers. A server that cannot
# be had is named, the others are made all the same; then the exit code is 1.
#   bench/peers/install.sh [flask | fastify | go | rust | nginx]...      all, unless named
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
sources=$root/bench/peers
built=$root/build/peers
# shellcheck source=.ci/packages.sh
. "$root/.ci/packages.sh"

install_flask() { install_packages bench_flask; }

# Debian 12's Node is too old for Fastify 5, so that it has to be there already. better-sqlite3 is compiled here.
install_fastify() {
  local version home=$built/fastify
  version=$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)
  if [ "$version" -lt 20 ] || ! command -v npm >/dev/null; then
    echo "fastify needs Node 20 or later, with npm" >&2
    return 1
  fi
  install_packages bench_fastify || return 1
  mkdir -p "$home"
  cp "$sources"/fastify/package.json "$sources"/fastify/package-lock.json "$home" || return 1
  if [ -e /usr/include/node/node_version.h ]; then export npm_config_nodedir=/usr; fi
  (cd "$home" && npm ci --ignore-scripts --no-audit --no-fund >&2 &&
    cd node_modules/better-sqlite3 && JOBS=$(nproc) npm run --silent build-release >&2)
}

# Debian's Go packages are found by GOPATH, without modules.
install_go() {
  install_packages bench_go || return 1
  mkdir -p "$built"
  (cd "$root" && GO111MODULE=off GOPATH=/usr/share/gocode GOFLAGS='' GOCACHE=$built/go_cache \
    go build -o "$built/go_tutorial" ./bench/peers/go && touch "$built/go_tutorial")
}

# Debian's crates and its compiler, whatever else PATH may offer.
install_rust() {
  install_packages bench_rust || return 1
  mkdir -p "$built/rust"
  cp -rp "$sources"/rust/. "$built/rust" || return 1 # with the times, which cargo compares
  (cd "$built/rust" && RUSTC=/usr/bin/rustc CARGO_HOME=$built/cargo /usr/bin/cargo build --quiet --release --offline \
    --config 'source.crates-io.replace-with="debian"' --config 'source.debian.directory="/usr/share/cargo/registry"' &&
    cp target/release/rust_tutorial "$built/rust_tutorial")
}

install_nginx() {
  if command -v nginx >/dev/null || [ -x /usr/sbin/nginx ]; then return 0; fi
  install_packages bench_nginx
}

peers=("$@")
if [ ${#peers[@]} -eq 0 ]; then peers=(flask fastify go rust nginx); fi
failed=()
for peer in "${peers[@]}"; do
  case $peer in
    flask | fastify | go | rust | nginx) "install_$peer" || failed+=("$peer") ;;
    *) echo "$0: there is no peer '$peer'" >&2; exit 2 ;;
  esac
done
if [ ${#failed[@]} -gt 0 ]; then
  echo "Could not be installed: ${failed[*]}" >&2
  exit 1
fi
