#!/usr/bin/env bash
# config/container/build.sh [PREBUILT] ROOT : makes the root of the image in the directory ROOT, on Debian 12, from a
# program that is there already or else by building it. In it: the program, the shared libraries that it needs, those of
# libpq, which it loads when its database is PostgreSQL, the loader, a user and his empty /data.
set -euo pipefail
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
prebuilt=$1
root=$2
user=65532

# shellcheck source=.ci/packages.sh
. "$source/.ci/packages.sh"

install_packages image
if [ -z "$prebuilt" ]; then
  install_packages build
  export CMAKE_CXX_COMPILER_LAUNCHER=
  cmake -S "$source" --preset release -DWATCHWORD_TESTS=OFF -DWATCHWORD_BENCH=OFF
  cmake --build "$source/build/release" --target watchword
  prebuilt=$source/build/release/watchword
fi

mkdir -p "$root/etc" "$root/licences"
strip -o "$root/watchword" "$prebuilt"
chmod 755 "$root/watchword"

# Where the loader looks for them, and what they are licensed under. ldd runs the loader, not the program.
libpq=$(ldconfig -p | sed -n 's/.*libpq\.so\.5 .*=> //p' | head -n 1)
mapfile -t libraries < <(
  { ldd "$root/watchword" && echo "$libpq" && ldd "$libpq"; } | grep -oE '/[^ ]+' | sort -u)
for library in "${libraries[@]}"; do
  install -D -m 755 "$library" "$root$library"
  package=$(dpkg -S "$library" 2>/dev/null || dpkg -S "/usr$library")
  package=${package%%:*}
  install -D -m 644 "/usr/share/doc/$package/copyright" "$root/licences/$package"
done
cp "$source/LICENSE" "$root/licences/watchword"

printf 'root:x:0:0::/:/nonexistent\nwatchword:x:%s:%s::/data:/nonexistent\n' $user $user >"$root/etc/passwd"
printf 'root:x:0:\nwatchword:x:%s:\n' $user >"$root/etc/group"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
mkdir -m 700 "$root/data"
chown $user:$user "$root/data"
