# Shared by the recipes beside it: a root file system out of Debian packages, the same bytes from the same packages.
# A recipe is called as `recipe.sh WORK OUT.tar` with SEAWORTHY_NODE set to the pinned node binary; it needs root and Debian 12.
set -euo pipefail
export LC_ALL=C TZ=UTC SOURCE_DATE_EPOCH=1735689600
work=$1 out=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$work/root
umask 022

# skeleton: merged-usr directories, so that packages which still say /lib land in /usr/lib
skeleton() {
  mkdir -p "$root"/{etc,home,proc,sys,dev,run,root,tmp,mnt,srv,usr/{bin,sbin,lib,lib64},var/{lib/dpkg/status.d,tmp}}
  chmod 1777 "$root/tmp" "$root/var/tmp"
  local dir
  for dir in bin sbin lib lib64; do ln -s "usr/$dir" "$root/$dir"; done
  printf 'hosts: files dns\n' >"$root/etc/nsswitch.conf"
}

# packages NAME...: fetches the candidates of this host's apt, unpacks them without running a maintainer script, and keeps each
# package's control data in var/lib/dpkg/status.d, where scanners look when there is no dpkg
packages() {
  local debs=$work/debs deb name
  mkdir -p "$debs"
  (cd "$debs" && apt-get -qq -o APT::Sandbox::User=root -o Acquire::Retries=3 download "$@") >&2
  for deb in "$debs"/*.deb; do
    dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$root" --keep-directory-symlink --numeric-owner \
      --exclude='./usr/share/man/*' --exclude='./usr/share/locale/*' --exclude='./usr/share/info/*' --exclude='./usr/share/lintian/*' \
      --exclude='./usr/share/bash-completion/*' --exclude='./usr/share/bug/*' --exclude='./etc/init.d/*' --exclude='./etc/cron*' \
      --exclude='./lib/systemd/*' --exclude='./usr/lib/systemd/*' --exclude='./usr/share/postgresql/15/man/*' --exclude='./usr/share/perl5/*'
    name=$(dpkg-deb -f "$deb" Package)
    dpkg-deb -f "$deb" | sed '/^Package:/a Status: install ok installed' >"$root/var/lib/dpkg/status.d/$name"
    dpkg-deb -I "$deb" md5sums >"$root/var/lib/dpkg/status.d/$name.md5sums" 2>/dev/null || rm -f "$root/var/lib/dpkg/status.d/$name.md5sums"
    rm "$deb"
  done
  find "$root/usr/share/doc" -mindepth 2 ! -name copyright ! -type d -delete 2>/dev/null || true
  find "$root/usr/share/doc" -mindepth 2 -type d -empty -delete 2>/dev/null || true
  cp "$root/usr/share/base-files/"{profile,motd} "$root/etc/" 2>/dev/null || true
}

# accounts NAME UID HOME [SHELL]: root, nobody, and one user of the image's own
accounts() {
  printf 'root:x:0:0:root:/root:/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin\n%s:x:%s:%s:%s:%s:%s\n' "$1" "$2" "$2" "$1" "$3" "${4:-/sbin/nologin}" >"$root/etc/passwd"
  printf 'root:x:0:\ntty:x:5:\nstaff:x:50:\nnogroup:x:65534:\n%s:x:%s:\n' "$1" "$2" >"$root/etc/group"
}

ca_bundle() {
  mkdir -p "$root/etc/ssl/certs"
  cat "$root"/usr/share/ca-certificates/mozilla/*.crt >"$root/etc/ssl/certs/ca-certificates.crt"
}

# resolves FILE...: every shared library of these binaries is in the image; says which is not
resolves() {
  local loader file missing
  loader=$(cd "$root" && find usr/lib64 usr/lib -maxdepth 1 -name 'ld-linux-*.so.*' -print -quit)
  for file in "$@"; do
    missing=$(chroot "$root" "/$loader" --list "$file" 2>&1 | grep -E 'not found|cannot open' || true)
    if [ -n "$missing" ]; then echo "base image: $file lacks libraries: $missing" >&2; return 1; fi
  done
}

# pack: sorted names, one date, numeric owners
pack() {
  tar --sort=name --mtime="@$SOURCE_DATE_EPOCH" --clamp-mtime --numeric-owner --format=gnu -C "$root" -cf "$out" .
}
