#!/bin/sh
# `npm test`: everything that can be tested, on a fresh clone too. The last line of the output counts it.
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd) || exit 1
# runtime.sh ends this shell where Node.js or the npm packages cannot be had; that is a failure to be counted as well.
trap 'echo "0 passed, 1 failed"; exit 1' EXIT
. "$root/tools/runtime.sh"
trap - EXIT
exec "$node" "$root/tools/test/main.ts" "$@"
