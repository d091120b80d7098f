#!/bin/sh
# Runs `closewait demo` as root, in a mount and UTS namespace of its own in which the checkout is /opt/closewait, and keeps
# what it prints: tools/make-readme.ts puts it into the README.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
unshare --mount --uts sh -eu -c '
  hostname web-1
  mount -t tmpfs tmpfs /opt
  mkdir /opt/closewait
  mount --bind "$1" /opt/closewait
  cd /opt/closewait
  NO_COLOR=1 COLUMNS=80 ./node_modules/.bin/node packages/closewait/src/cli/main.ts demo
' sh "$root" > "$root/fixtures/demo.txt.partial"
mv "$root/fixtures/demo.txt.partial" "$root/fixtures/demo.txt"
