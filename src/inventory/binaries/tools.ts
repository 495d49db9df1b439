import type { Product } from "./product.ts";

/** Tools and libraries. */
export const TOOLS: readonly Product[] = [
  { name: "aws-lc", file: /^openssl$/, patterns: [/AWS-LC (?<version>\d{1,4}\.\d{1,4}\.\d{1,4})/] },
  {
    name: "openssl",
    file: /^openssl$|^lib(?:ssl|crypto)\.so/,
    patterns: [/OpenSSL (?<version>\d{1,4}\.\d{1,4}\.\d{1,4}(?:[a-z]{1,2}|-(?:alpha|beta|dev)\d*)?) {1,2}(?=\d)/],
  },
  { name: "bash", file: /^bash$/, patterns: [/@\(#\)Bash version (?<version>\d{1,4}\.\d{1,4}\.\d{1,4})/] },
  { name: "busybox", file: /^(?:busybox|\[)$/, patterns: [/BusyBox v(?<version>\d{1,4}\.\d{1,4}\.\d{1,4})/] },
  {
    name: "curl",
    file: /^(?:curl|libcurl\.so[\d.]*)$/,
    patterns: [/curl\/(?<version>\d{1,4}\.\d{1,4}\.\d{1,4})/, /\0curl (?<version>\d{1,4}\.\d{1,4}\.\d{1,4})/],
  },
  { name: "gzip", file: /^gzip$/, patterns: [/\0(?<version>1\.\d{1,3})\0%s %s/] },
  { name: "git", file: /^git(?:-remote-https?)?$/, patterns: [/git\/(?<version>2\.\d{1,3}\.\d{1,3}(?:\.\d{1,3})?(?:-rc\d{1,2})?)\0/] },
  { name: "sudo", file: /^sudo$/, patterns: [/\0Sudo version %s\n\0(?<version>1\.\d{1,2}\.\d{1,2}(?:p\d{1,2})?)\0/] },
  { name: "tini", file: /^tini(?:-static)?$/, patterns: [/\0tini version (?<version>0\.\d{1,3}\.\d{1,3})/] },
  { name: "nano", file: /^nano$/, patterns: [/\0GNU nano (?<version>\d{1,2}\.\d{1,2}(?:\.\d{1,2})?)\0/] },
  { name: "expat", file: /^libexpat\.so/, patterns: [/\0expat_(?<version>2\.\d{1,2}\.\d{1,2})\0/] },
  { name: "zlib", file: /^libz\.so/, patterns: [/ (?:de|in)flate (?<version>1\.\d{1,2}(?:\.\d{1,2}){1,2}) Copyright /] },
  { name: "gnutls", file: /^libgnutls\.so/, patterns: [/Enabled GnuTLS (?<version>3\.\d{1,2}\.\d{1,2}) logging/] },
  { name: "xz", file: /^xz$/, patterns: [/xz \(XZ Utils\) (?<version>\d{1,4}\.\d{1,4}\.\d{1,4}(?:alpha|beta)?)/] },
  { name: "zstd", file: /^zstd$/, patterns: [/\0v(?<version>\d{1,4}\.\d{1,4}\.\d{1,4})\0Zstandard/] },
  { name: "jq", file: /^jq$/, patterns: [/\0(?<version>\d{1,4}\.\d{1,4}(?:\.\d{1,4})?(?:rc\d{1,4})?)\0DEBUG:/] },
  { name: "sqlcipher", file: /^sqlcipher$/, patterns: [/community\0(?<version>\d{1,4}\.\d{1,4}\.\d{1,4})\0/] },
  { name: "util-linux", file: /^getopt$/, patterns: [/util-linux (?<version>\d{1,4}\.\d{1,4}(?:\.\d{1,4})?)\0/] },
  { name: "ffmpeg", file: /^(?:ffmpeg|ffprobe)$/, patterns: [/\0%s version n?(?<version>\d{1,4}\.\d{1,4}(?:\.\d{1,4})?)/] },
  {
    name: "ffmpeg",
    file: /^lib(?:av\w{1,40}|sw\w{1,40})[^/]*\.so/,
    patterns: [/FFmpeg version (?<version>\d{1,4}\.\d{1,4}(?:\.\d{1,4})?)/],
  },
  {
    name: "qt",
    file: /^libQt\d?Core\.so/,
    patterns: [/\0Qt (?<version>\d{1,4}\.\d{1,4}\.\d{1,4}) \(/, /QtCore library version (?<version>\d{1,4}\.\d{1,4}\.\d{1,4})/],
  },
  { name: "krb5", file: /^libkrb5\.so/, patterns: [/KRB5_BRAND: krb5-(?<version>\d{1,4}\.\d{1,4}(?:\.\d{1,4})?)-/] },
  { name: "heimdal", file: /^libkrb5\.so/, patterns: [/\0Heimdal (?<version>\d{1,4}\.\d{1,4}\.\d{1,4})\0/] },
  { name: "chrome", file: /^chrom(?:e|ium)$/, patterns: [/\0(?<version>\d{2,3}\.0\.\d{4}\.\d{1,3})\0/] },
  { name: "firefox", file: /^application\.ini$/, patterns: [/\nVersion=(?<version>\d{1,4}\.\d{1,4}(?:\.\d{1,4})?)/] },
  { name: "wp-cli", file: /^wp(?:-cli\.phar)?$/, patterns: [/wp-cli\/wp-cli (?<version>\d{1,4}\.\d{1,4}\.\d{1,4})/] },
];
