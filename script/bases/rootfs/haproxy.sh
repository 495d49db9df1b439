#!/usr/bin/env bash
# HAProxy from Debian's package with its Lua, PCRE and TLS libraries; no shell. User haproxy is 99, as in the hub's haproxy image.
. "$(dirname "$0")/lib.sh"
skeleton
packages base-files netbase tzdata ca-certificates haproxy libc6 libgcc-s1 libstdc++6 libcap2 libcrypt1 libgcrypt20 libgpg-error0 liblua5.3-0 liblz4-1 \
  liblzma5 libopentracing-c-wrapper0 libopentracing1 libpcre2-8-0 libssl3 libsystemd0 libzstd1 zlib1g
accounts haproxy 99 /var/lib/haproxy
ca_bundle
install -d -m 0755 "$root/usr/local/sbin" "$root/etc/haproxy"
install -d -o 99 -g 99 -m 0755 "$root/var/lib/haproxy" "$root/run/haproxy"
ln -s /usr/sbin/haproxy "$root/usr/local/sbin/haproxy"
resolves /usr/sbin/haproxy
chroot "$root" /usr/sbin/haproxy -vv >/dev/null
pack
