#!/usr/bin/env bash
# Debian's static busybox and nothing else: what a trial looks into containers with.
. "$(dirname "$0")/lib.sh"
skeleton
packages busybox-static
busybox=$(find "$root/" -type f -name busybox -path '*bin*' -print -quit)
mv "$busybox" "$work/busybox"
rm -rf "$root"
install -D -m 0755 "$work/busybox" "$root/bin/busybox"
ln -s busybox "$root/bin/sh"
"$root/bin/busybox" true
pack
