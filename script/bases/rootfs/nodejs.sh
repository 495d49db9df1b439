#!/usr/bin/env bash
# The runtime base, like distroless nodejs: glibc, node, CA certificates, time zones; no shell, no package manager, user 65532.
. "$(dirname "$0")/lib.sh"
skeleton
packages base-files netbase tzdata ca-certificates libc6 libgcc-s1 libstdc++6
accounts nonroot 65532 /home/nonroot
ca_bundle
install -d -o 65532 -g 65532 -m 0700 "$root/home/nonroot"
install -D -m 0755 "$SEAWORTHY_NODE" "$root/nodejs/bin/node"
resolves /nodejs/bin/node
pack
