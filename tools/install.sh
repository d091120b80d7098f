#!/bin/sh
# install.sh ROOT: makes node_modules what package-lock.json says, quietly. Safe to interrupt and to run twice at once.
root=$1
CDPATH= cd -- "$root" || exit 1
stamp=node_modules/.installed

say() { echo "closewait: $*" >&2; }

if ! command -v npm >/dev/null; then
  say "needs npm to install its packages; install npm (Debian: apt-get install npm) and start again"
  exit 1
fi

# The lock is on the checkout itself: the kernel drops it however this ends, and no file is left behind. npm inherits
# it, so that an npm that outlives a killed shell still holds off the next one.
if command -v flock >/dev/null; then
  exec 9<.
  if ! flock -n 9; then
    say "waiting for another start that installs the npm packages"
    flock 9
  fi
  cmp -s package-lock.json "$stamp" 2>/dev/null && exit 0
fi

# npm writes its own record last. One that agrees is an installation by hand, to be kept.
if node tools/is-installed.mjs; then
  [ -w node_modules ] && cp package-lock.json "$stamp"
  exit 0
fi

if [ ! -w . ] || { [ -e node_modules ] && [ ! -w node_modules ]; }; then
  say "cannot install its npm packages: no write access to $(pwd); run it once as $(stat -c %U .)"
  exit 1
fi

# NODE_ENV=production or an own .npmrc would leave packages out, see is-installed.mjs: hence --include.
say "installing npm packages, once (about 160 MB) ..."
rm -f "$stamp"
if ! log=$(npm ci --include=dev --include=optional --no-progress --loglevel=error 2>&1); then
  say "npm ci in $(pwd) was answered:"
  printf '%s\n' "$log" >&2
  exit 1
fi
# npm passes over an optional package that it could not fetch, and Node.js itself is one.
if ! node tools/is-installed.mjs; then
  say "npm has left packages out; start again when the registry can be reached"
  exit 1
fi

# The prebuilt node needs glibc. Where it does not start (musl), the machine's own is used.
for bundled in node_modules/node-linux-*/bin/node; do
  [ -x "$bundled" ] && ! "$bundled" --version >/dev/null 2>&1 && rm "$bundled"
done

cp package-lock.json "$stamp.new" && mv "$stamp.new" "$stamp"
