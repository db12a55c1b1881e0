#!/usr/bin/env bash
# The Debian package, in a clean Debian root: it is installed with what it depends on, serves people, is removed and
# purged, and nothing is left.
# shellcheck disable=SC2317 # check() calls them
set -uo pipefail
# shellcheck source=tests/deploy/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
build=${1:-$root/build/release}
clean=$work/clean

need_root "the package"
clean_up() { rm -rf "$clean"; }

make_package() {
  rm -rf "$temporary/packages"
  cpack --config "$build/CPackConfig.cmake" -B "$temporary/packages"
}
inside() { chroot "$clean" "$@"; }
all_files() { (cd "$clean" && find etc lib usr var opt srv -path '*/__pycache__' -prune -o -print | sort); }

make_clean_root() {
  rm -rf "$clean"
  cp -a "$work/base" "$clean" && cp "$package" "$clean/watchword.deb"
}

install_package() {
  inside env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends /watchword.deb
}

has_files() {
  local each
  for each in usr/bin/watchword lib/systemd/system/watchword.service etc/watchword/watchword.json \
    usr/share/man/man1/watchword.1.gz usr/share/bash-completion/completions/watchword \
    usr/share/zsh/vendor-completions/_watchword usr/share/doc/watchword/copyright; do
    [ -e "$clean/$each" ] || { echo "$each is missing"; return 1; }
  done
  ! inside dpkg -L watchword | grep -E 'include|[.]a$|cmake'
}
is_private() {
  [ "$(stat -c %a "$clean/etc/watchword/watchword.json")" = 640 ] &&
    [ "$(inside stat -c %U:%a /var/lib/watchword)" = watchword:700 ]
}
# shellcheck disable=SC2016 # dpkg's own variable
has_conffile() { inside dpkg-query -W -f '${Conffiles}' watchword | grep -q /etc/watchword/watchword.json; }
depends_on_little() {
  local depends
  depends=$(dpkg-deb -f "$package" Depends)
  echo "$depends"
  [[ $depends == *libc6* && $depends == *libsqlite3-0* && $depends != *libssl* && $depends != *libstdc* ]]
}

# As the unit starts it, on a port of its own.
start_server() {
  chroot --userspec=watchword:watchword "$clean" \
    /usr/bin/watchword serve --config /etc/watchword/watchword.json --listen 127.0.0.1:0 \
    >"$temporary/out" 2>"$temporary/log" &
  server=$!
  servers+=("$server")
  await_line "$temporary/log" '"ready"'
}
keeps_its_files() {
  [ -s "$clean/var/lib/watchword/watchword.db" ] && [ "$(stat -c %a "$clean/var/lib/watchword/watchword.db")" = 600 ]
}

remove_package() {
  inside dpkg --remove watchword && [ -e "$clean/etc/watchword/watchword.json" ] && keeps_its_files
}
is_gone() {
  ! inside getent passwd watchword && ! all_files | grep watchword | grep -v 'var/cache/apt\|var/log'
}

check "debootstrap makes a clean root" make_base || finish
check "cpack makes the package" make_package || finish
package=$(echo "$temporary"/packages/*.deb)
echo "$(basename "$package"): $(stat -c %s "$package") bytes"
check "it depends on what it needs and no more" depends_on_little
check "a clean root is copied" make_clean_root || finish
check "apt installs it" install_package || finish
check "it has its files, and the libraries' headers are not among them" has_files
check "its settings and its data are for its user only" is_private
check "its settings are a conffile" has_conffile
check "its settings can be used" inside watchword config check --config /etc/watchword/watchword.json
if check "it serves as its user" start_server; then
  address=$(address_in "$temporary/log")
  check "watchword healthcheck finds it healthy" inside watchword healthcheck --address "$address"
  check "people sign up and log in" sign_up_and_log_in "$address"
  check "it stops" stop "$server"
  check "the database is in its place" keeps_its_files
fi
check "it is removed, and settings and data stay" remove_package
check "it is installed again beside its data" install_package
check "it is purged" inside dpkg --purge watchword
check "nothing of it is left" is_gone
finish
