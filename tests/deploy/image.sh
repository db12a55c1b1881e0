#!/usr/bin/env bash
# The container's image: built by buildah from config/container/Dockerfile on a base that debootstrap makes, then run in
# its own root as its own user, read-only but for /data. Prints its size, how fast it is ready and what it takes idle.
# It takes the program of build/release, instead of compiling it once more:
#   tests/deploy/image.sh [BINARY]
#   tests/deploy/image.sh --from-source       the whole build, in the image's base (10 minutes on two cores)
# shellcheck disable=SC2317 # check() calls them
set -uo pipefail
# shellcheck source=tests/deploy/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
binary=${1:-build/release/watchword}
most_image=$((15 * 1024 * 1024)) # compressed
most_binary=$((10 * 1024 * 1024))

need_root "the image"
export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot
storage=$work/storage
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
containers() { buildah --root "$storage" --runroot "$storage/run" "$@"; }
clean_up() {
  umount -l "$temporary/root/data" "$temporary/root" 2>/dev/null
  containers umount --all >/dev/null 2>&1
  rm -rf "$storage"
}

# As `docker pull` would have it, under the name that the Dockerfile knows.
import_base() {
  rm -rf "$storage"
  local name made
  name=$(sed -n 's/^ARG BASE=//p' "$root/config/container/Dockerfile")
  made=$(containers from scratch) && containers add "$made" "$work/base" / &&
    containers commit --rm "$made" "$name"
}

build_image() {
  local prebuilt=(--build-arg "PREBUILT=$binary")
  if [ "$binary" = --from-source ]; then prebuilt=(); fi
  containers build --format docker --pull-never --layers=false "${prebuilt[@]}" \
    --build-arg REVISION="$(git -C "$root" rev-parse HEAD)" -t watchword -f "$root/config/container/Dockerfile" "$root"
}

# The image's root as a container sees it: nothing can be written but /data, which is a volume.
mount_image() {
  local made=$1
  image=$(containers mount "$made") && mkdir -p "$temporary/root" "$temporary/data" &&
    mount --bind "$image" "$temporary/root" && mount -o remount,bind,ro "$temporary/root" &&
    mount --bind "$temporary/data" "$temporary/root/data" &&
    chown --reference="$image/data" "$temporary/data" && chmod --reference="$image/data" "$temporary/data"
}

setting() { containers inspect --type image --format "{{$1}}" watchword; }
is_described() {
  setting .Docker.Config.User
  [ "$(setting .Docker.Config.User)" = 65532:65532 ] &&
    [[ $(setting .Docker.Config.Healthcheck.Test) == *"/watchword healthcheck"* ]] &&
    [ "$(setting .Docker.Config.StopSignal)" = SIGTERM ] &&
    [[ $(setting .Docker.Config.Volumes) == *"/data"* ]] &&
    [[ $(setting .Docker.Config.Labels) == *"org.opencontainers.image.licenses:Apache-2.0"* ]]
}

# Of files: the program, what it loads, and little else.
holds_little() {
  (cd "$image" && find . -type f | sort)
  ! (cd "$image" && find . -type f -o -type l) | grep -vE '^\./(watchword|etc/(passwd|group|nsswitch\.conf)|licences/.*)$|/[^/]*\.so(\.[0-9.]+)*$'
}
is_nobodys_to_write() {
  chroot --userspec=65532:65532 "$temporary/root" /watchword --version &&
    [ "$(stat -c %u:%a "$image/data")" = 65532:700 ] && [ -z "$(find "$image" -perm -o+w -not -type l)" ]
}

# With the image's environment, and nothing of this machine's.
container=(env -i PORT="$(free_port)" WATCHWORD_DATABASE=sqlite:/data/watchword.db WATCHWORD_LOG_OUTPUT=stdout
  WATCHWORD_LOG_FORMAT=json "$(command -v chroot)" --userspec=65532:65532 "$temporary/root")
start_server() {
  "${container[@]}" /watchword serve >"$temporary/log" 2>&1 &
  server=$!
  servers+=("$server")
  await_line "$temporary/log" '"ready"'
}
logs_json() { python3 -c 'import json, sys; [json.loads(line) for line in sys.stdin]' <"$temporary/log"; }
is_unhealthy() { ! "${container[@]}" /watchword healthcheck; }
# It is found where it is needed only: for a database that is PostgreSQL's.
finds_libpq() {
  local said
  said=$("${container[@]}" /watchword check --database postgresql://nobody@127.0.0.1:1/none 2>&1)
  echo "$said"
  [[ $said == *"Connection refused"* ]]
}

# Bytes of all layers as a registry keeps them.
compressed_size() {
  containers push --quiet watchword "oci:$temporary/oci" >/dev/null || return 1
  du -bc "$temporary"/oci/blobs/sha256/* | tail -n 1 | cut -f 1
}
megabytes() { awk -v bytes="$1" 'BEGIN { printf "%.1f MiB", bytes / 1048576 }'; }
is_at_most() { [ "$1" -le "$2" ]; }

check "debootstrap makes a base" make_base || finish
check "buildah takes it" import_base || finish
if ! containers run "$(containers from scratch)" true >"$temporary/output" 2>&1 &&
  grep -q 'operation not permitted' "$temporary/output"; then
  skip "the image: this machine does not let buildah isolate a build: $(tail -n 1 "$temporary/output")"
  finish
fi
check "the image is built${1:+ from $1}" build_image || finish
check "its root is mounted" mount_image "$(containers from --pull-never watchword)" || finish
check "it says who runs it, how healthy it is and how it is stopped" is_described
check "it holds the program, what it loads, and no shell" holds_little
check "its user can write nothing but /data" is_nobodys_to_write
check "libpq is in it" finds_libpq

check "watchword healthcheck finds nobody" is_unhealthy
if check "it serves" start_server; then
  check "watchword healthcheck finds it healthy" "${container[@]}" /watchword healthcheck
  check "people sign up and log in" sign_up_and_log_in "$(address_in "$temporary/log" | sed s/0.0.0.0/127.0.0.1/)"
  check "it stops" stop "$server"
  check "all that it wrote is JSON" logs_json
fi

size=$(compressed_size)
check "at most $(megabytes $most_image) compressed: $(megabytes "$size")" is_at_most "$size" $most_image
echo "with zstd: $(megabytes "$(tar -C "$image" -c . | zstd -9 -q | wc -c)"), unpacked: $(megabytes "$(du -sb "$image" | cut -f 1)")"
size=$(stat -c %s "$image/watchword")
check "the program has at most $(megabytes $most_binary): $(megabytes "$size")" is_at_most "$size" $most_binary
if check "it is ready in time, and idle it is small" python3 -B "$root/tests/deploy/measure.py" "$temporary/root" 65532; then
  cat "$temporary/output"
fi
finish
