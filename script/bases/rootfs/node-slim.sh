#!/usr/bin/env bash
# The builder base, like node:24-slim: Debian's minimal system with apt, libstdc++6, node and npm.
. "$(dirname "$0")/lib.sh"
npm_version=11.21.0
npm_integrity='sha512-Zov8KhamNneiLdELtj5YALtNmJW4L4fCLTzjfpzXG2w6MSHcf0UxgdlK5uloCuksWT+7mGUU7wi79cO6RqivPg=='
mkdir -p "$work/npm"
(cd "$work/npm" && npm pack --silent "npm@$npm_version" >/dev/null)
got=sha512-$(openssl dgst -sha512 -binary "$work/npm/npm-$npm_version.tgz" | base64 -w0)
if [ "$got" != "$npm_integrity" ]; then echo "base image: npm-$npm_version.tgz has integrity $got, not $npm_integrity" >&2; exit 1; fi

# This host's own Debian sources, and no other list (a vendor's repository here is no business of the image).
sources=()
for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list; do
  if [ -f "$file" ] && grep -Eq '^[^#]*bookworm( |$|-)' "$file" && grep -Eq '^[^#]*/debian' "$file"; then sources+=("$file"); fi
done
mmdebstrap --quiet --mode=root --variant=minbase --include=libstdc++6,ca-certificates --format=directory \
  --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
  --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/info/*' --dpkgopt='path-exclude=/usr/share/groff/*' \
  --dpkgopt='path-exclude=/usr/share/lintian/*' --dpkgopt='path-exclude=/usr/share/linda/*' \
  bookworm "$root" "${sources[@]}" >&2
rm -rf "$root"/etc/apt/sources.list* "$root"/etc/{hostname,resolv.conf,machine-id} "$root"/var/lib/apt/lists/* "$root"/var/cache/{apt,ldconfig,debconf}/* "$root"/var/log/* "$root"/dev/*
mkdir -p "$root/etc/apt/sources.list.d"
printf 'node:x:1000:1000::/home/node:/bin/bash\n' >>"$root/etc/passwd"
printf 'node:x:1000:\n' >>"$root/etc/group"
install -d -o 1000 -g 1000 -m 0755 "$root/home/node"
install -D -m 0755 "$SEAWORTHY_NODE" "$root/usr/local/bin/node"
ln -s node "$root/usr/local/bin/nodejs"
mkdir -p "$root/usr/local/lib/node_modules/npm"
tar -xzf "$work/npm/npm-$npm_version.tgz" -C "$root/usr/local/lib/node_modules/npm" --strip-components=1 --no-same-owner
rm -rf "$root"/usr/local/lib/node_modules/npm/{docs,man}
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
ln -s ../lib/node_modules/npm/bin/npx-cli.js "$root/usr/local/bin/npx"
chroot "$root" /usr/local/bin/npm --version >/dev/null
rm -rf "$root"/root/.npm "$root"/tmp/* "$root/root/.cache"
pack
