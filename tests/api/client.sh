#!/usr/bin/env bash
# tests/api/client.sh ARGUMENT...: client.py in a Python that has jsonschema. The first on the PATH may be another than
# Debian's, for which its package is.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for python in python3 /usr/bin/python3; do
  if "$python" -c 'import jsonschema' 2>/dev/null; then exec "$python" -B "$here/client.py" "$@"; fi
done
echo "tests/api needs Debian's python3-jsonschema" >&2
exit 1
