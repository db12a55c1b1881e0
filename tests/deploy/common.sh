# shellcheck shell=bash
# What image.sh and package.sh share: counting, a clean Debian root, a server in one, and who asks it.
# Sourced; sets root (the repository), work (a directory that is kept between runs) and temporary (one that is not).
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$root/build/deploy
mkdir -p "$work"
temporary=$(mktemp -d)
# shellcheck source=.ci/packages.sh
. "$root/.ci/packages.sh"

passed=0
failed=0
skipped=0
servers=()

# check WHAT COMMAND... : counts whether it succeeds, and shows what a failing one wrote.
check() {
  local what=$1
  shift
  if "$@" >"$temporary/output" 2>&1; then
    passed=$((passed + 1))
    echo "ok: $what"
  else
    failed=$((failed + 1))
    echo "FAILED: $what"
    tail -n 30 "$temporary/output"
    return 1
  fi
}

# skip WHY : what this machine cannot do is said and counted, as neither passed nor failed.
skip() {
  skipped=$((skipped + 1))
  echo "skipped: $1"
}

# What make_base and chroot need. Ends the script, with all of it skipped, where that is not there.
need_root() {
  if [ "$(id -u)" -ne 0 ] || ! unshare --mount true 2>/dev/null; then
    skip "$1 needs root, to change the root directory and to mount"
    finish
  fi
}

# Ends what was started, however the script ends.
clean_up_all() {
  local each
  for each in "${servers[@]}"; do kill -KILL "$each" 2>/dev/null; done
  if declare -F clean_up >/dev/null; then clean_up; fi
  rm -rf "$temporary"
}
trap clean_up_all EXIT
trap 'exit 1' INT TERM

# Ends the script with what it has counted.
finish() {
  [ "$skipped" -eq 0 ] || echo "$skipped skipped"
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ]
  exit
}

# The mirror that this machine's apt uses.
debian_mirror() {
  # shellcheck disable=SC2016 # apt's own variable
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Component: main' 'Codename: bookworm' | head -n 1
}

# The smallest Debian 12 there is, with this machine's sources of packages, in $work/base: made once for all scripts.
make_base() {
  local base=$work/base
  [ -e "$base.done" ] && return
  rm -rf "$base"
  debootstrap --variant=minbase bookworm "$base" "$(debian_mirror)" || return 1
  rm -rf "$base"/etc/apt/sources.list{,.d}
  cp -a /etc/apt/sources.list* "$base/etc/apt/"
  cp -a /usr/share/keyrings/. "$base/usr/share/keyrings/"
  local setting
  for setting in /etc/apt/apt.conf.d/*; do
    if grep -qi 'acquire' "$setting"; then cp "$setting" "$base/etc/apt/apt.conf.d/"; fi
  done
  cp -L /etc/resolv.conf /etc/hosts "$base/etc/"
  chroot "$base" apt-get update -qq && touch "$base.done"
}

# await_line FILE TEXT : waits for it, 20 s at most.
await_line() {
  local _
  for _ in $(seq 200); do
    if grep -q -- "$2" "$1" 2>/dev/null; then return; fi
    sleep 0.1
  done
  cat "$1"
  return 1
}

# The address in the line "ready" of a log.
address_in() { sed -n 's/.*"ready","listen":"\([^",]*\).*/\1/p' "$1"; }

# A person signs up and logs in at ADDRESS, and the token is taken.
sign_up_and_log_in() {
  local form=(-F email=ada@example.test -F 'password=nine slow herons') token
  [ "$(curl -s -o /dev/null -w '%{http_code}' -F name=Ada "${form[@]}" "http://$1/signup")" = 201 ] || return 1
  token=$(curl -s "${form[@]}" "http://$1/login" | sed -n 's/.*"token":"\([^"]*\)".*/\1/p')
  [ -n "$token" ] || return 1
  curl -s -H "x-access-token: $token" "http://$1/user" | grep -q ada@example.test
}

# stop PROCESS : SIGTERM, then whether it has ended with 0.
stop() {
  kill -TERM "$1" && wait "$1"
}
