#!/usr/bin/env bash
# PostgreSQL 15 from Debian's package with an entrypoint of our own (docker-entrypoint.sh beside the recipes); uid 999, no JIT (LLVM is 115 MB).
. "$(dirname "$0")/lib.sh"
skeleton
packages base-files netbase tzdata ca-certificates libc6 libc-bin dash coreutils libacl1 libattr1 libgmp10 libselinux1 libpcre2-8-0 \
  postgresql-15 postgresql-client-15 libpq5 libgcc-s1 libstdc++6 libicu72 libssl3 libxml2 liblzma5 libgssapi-krb5-2 libkrb5-3 libk5crypto3 \
  libkrb5support0 libcom-err2 libkeyutils1 libldap-2.5-0 libsasl2-2 libpam0g libaudit1 libcap-ng0 libsystemd0 libcap2 libgcrypt20 libgpg-error0 \
  liblz4-1 libzstd1 zlib1g libuuid1 libcrypt1 libreadline8 libtinfo6 libgnutls30 libhogweed6 libnettle8 libidn2-0 libunistring2 libp11-kit0 \
  libffi8 libtasn1-6 libxslt1.1 libedit2 libbsd0 libmd0 readline-common
pg=$root/usr/lib/postgresql/15
rm -rf "$pg"/lib/bitcode "$pg"/lib/llvmjit* "$root"/usr/share/postgresql/15/extension/*--*--*.sql
accounts postgres 999 /var/lib/postgresql /bin/sh
ca_bundle
[ -e "$root/bin/sh" ] || ln -s dash "$root/usr/bin/sh"
install -d -o 999 -g 999 -m 0750 "$root/var/lib/postgresql" "$root/run/postgresql"
install -d -o 999 -g 999 -m 0700 "$root/var/lib/postgresql/data"
ln -sfn /run "$root/var/run"
install -D -m 0755 "$here/docker-entrypoint.sh" "$root/usr/local/bin/docker-entrypoint.sh"
for binary in postgres initdb psql pg_dump pg_restore pg_isready pg_ctl pg_basebackup; do resolves "/usr/lib/postgresql/15/bin/$binary"; done
chroot "$root" /bin/sh -c '/usr/lib/postgresql/15/bin/postgres --version >/dev/null && mkdir --version >/dev/null'
pack
