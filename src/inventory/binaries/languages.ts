import type { Product } from "./product.ts";

const JAVA = /^(?:java|jdb|javac|keytool|jcmd)$/;

/** Interpreters, compilers and their libraries. */
export const LANGUAGES: readonly Product[] = [
  {
    name: "pypy",
    file: /^libpypy[^/]*\.so/,
    patterns: [/\[PyPy (?<version>\d{1,4}\.\d{1,4}\.\d{1,4})/],
  },
  {
    name: "python",
    file: /^(?:python\d*(?:\.\d+)*|libpython\d[^/]*\.so[\d.]*)$/,
    // SQLite and OpenSSL, which some builds link in, number their releases much alike.
    patterns: [/\0(?<version>(?:2\.[0-7]|3\.[12]?\d)\.\d{1,2}(?:(?:a|b|rc)\d{1,2})?\+?)\0(?=[^\0])/],
    agrees: (version, fileName) => {
      const [, release] = /python(\d\.\d+)/.exec(fileName) ?? [];
      return release === undefined || version.startsWith(`${release}.`);
    },
  },
  {
    name: "python",
    file: /^patchlevel\.h$/,
    patterns: [/#define\s{1,8}PY_VERSION\s{1,8}"?(?<version>\d{1,4}\.\d{1,4}\.\d{1,4}(?:(?:a|b|rc)\d{1,4})?)/],
  },
  {
    name: "ruby",
    file: /^(?:ruby[\d.]*|libruby(?:-[\d.]+)?\.so[\d.]*)$/,
    patterns: [/ruby (?<version>\d{1,4}\.\d{1,4}\.\d{1,4}(?:p\d{1,4}|(?:rc|preview)\d{1,4})?) \(/],
  },
  {
    name: "perl",
    file: /^(?:perl[\d.]*|libperl\.so[\d.]*)$/,
    patterns: [/\/perl\d?\/(?<version>5\.\d{1,2}\.\d{1,2})/, /\/perl\/(?<version>5\.\d{1,2}\.\d{1,2})/],
  },
  {
    name: "php",
    file: /^(?:php[\d.]*|php-fpm[\d.]*|php-cgi[\d.]*|libphp[\d.]*\.so)$/,
    patterns: [/PHP\/(?<version>\d{1,4}\.\d{1,4}\.\d{1,4}(?:(?:alpha|beta|RC)\d{1,4})?)/],
  },
  {
    name: "node",
    file: /^(?:node(?:js)?|libnode\.so[\d.]*)$/,
    patterns: [
      /node\.js\/v(?<version>\d{1,4}\.\d{1,4}\.\d{1,4})/,
      /\0node v(?<version>\d{1,4}\.\d{1,4}\.\d{1,4})\0/,
      /\0v(?<version>\d{1,4}\.\d{1,4}\.\d{1,4})\0(?:--enable-ssl2|moduleLoadList)/,
    ],
  },
  {
    name: "bun",
    file: /^bun$/,
    patterns: [/bun-(?:v)?(?<version>\d{1,4}\.\d{1,4}\.\d{1,4})/, /Bun v(?<version>\d{1,4}\.\d{1,4}\.\d{1,4})/],
  },
  {
    name: "deno",
    file: /^deno$/,
    patterns: [
      /Deno\/(?<version>\d{1,4}\.\d{1,4}\.\d{1,4})/,
      /[0-9a-f]{40}(?<version>\d\.\d{1,2}\.\d{1,2})(?=[a-z])/,
      /already installed.(?<version>\d{1,4}\.\d{1,4}\.\d)(?=\d)/s,
      /release\/v(?<version>\d\.\d{1,2}\.\d{1,2})windows/,
      /deno-[0-9a-f]{40}(?<version>\d\.\d{1,2}\.\d{1,2})(?=release)/,
    ],
  },
  {
    name: "dart",
    file: /^dart$/,
    patterns: [/\0(?<version>\d{1,4}\.\d{1,4}\.\d{1,4}(?:-\d{1,4}\.\d{1,4}(?:\.\w{1,40})?)?) \((?:stable|beta|dev|main)\)/],
  },
  { name: "go", file: /^(?:go|gofmt)$/, patterns: [/\0go(?<version>\d{1,4}\.\d{1,4}(?:\.\d{1,4})?(?:(?:beta|rc)\d{1,4})?)\0/] },
  {
    name: "go",
    file: /^VERSION(?:\.cache)?$/,
    patterns: [/^(?:devel )?go(?<version>\d{1,4}\.\d{1,4}(?:\.\d{1,4})?(?:(?:beta|rc)\d{1,4})?)(?=[\s-]|$)/],
  },
  { name: "graalvm", file: JAVA, patterns: [/\0(?<version>\d{1,4}\.\d{1,4}\.\d{1,4}\+\d{1,4}-jvmci-[\w.-]{1,40})\0/] },
  {
    // What runs programs is known by its release alone, a development kit by its build too.
    name: "java",
    file: /^java$/,
    patterns: [
      /\0java\0{1,8}\d\.\d\0{1,8}(?<version>\d{1,4}(?:\.\d{1,4}){0,4}(?:_\d{1,4}(?:-b\d{1,4})?)?)(?:\+[\w.+-]{1,40})?\0/,
      /\0\d\.\d\0{1,8}(?<version>\d{1,4}(?:\.\d{1,4}){0,4}(?:_\d{1,4}(?:-b\d{1,4})?)?)(?:\+[\w.+-]{1,40})?\0/,
      /\0(?<version>\d{1,4}(?:\.\d{1,4}){0,4})\+[\w.+-]{1,40}\0{1,8}\d\.\d\0{1,8}java\0/,
    ],
  },
  {
    name: "java",
    file: JAVA,
    patterns: [
      /\0(?:java|jdb|javac|keytool|jcmd)\0{1,8}\d\.\d\0{1,8}(?<version>\d{1,4}(?:\.\d{1,4}){0,4}[+_][\w.+-]{1,40})\0/,
      /\0\d\.\d\0{1,8}(?<version>\d{1,4}(?:\.\d{1,4}){0,4}[+_][\w.+-]{1,40})\0/,
      /\0(?<version>\d{1,4}(?:\.\d{1,4}){0,4}\+[\w.+-]{1,40})\0{1,8}\d\.\d\0{1,8}java\0/,
    ],
  },
  {
    name: "erlang",
    file: /^(?:erlexec|beam\.smp|liberts_internal\.a)$/,
    patterns: [
      /otp_src_(?<version>\d{1,4}(?:\.\d{1,4}){1,4})\//,
      /\/OTP-(?<version>\d{1,4}(?:\.\d{1,4}){1,4})\//,
      // The runtime's own number (`erts-14.1.1`) is another.
      /\[kernel-poll:%s\]\n\0(?<version>\d{2}(?:\.\d{1,4}){1,4})\0/,
      /\0(?<version>\d{2}(?:\.\d{1,4}){1,4})\0{2,16}Erlang\/OTP \d{2}%s \[erts-/,
    ],
  },
  { name: "erlang", file: /^OTP_VERSION$/, patterns: [/^(?<version>\d{2}(?:\.\d{1,4}){1,4})\s*$/] },
  { name: "lua", file: /^(?:lua[\d.-]*|liblua[\d.-]*\.so[\d.]*)$/, patterns: [/\$LuaVersion: Lua (?<version>5\.\d\.\d{1,2}) /] },
  { name: "elixir", file: /^elixir$/, patterns: [/ELIXIR_VERSION=(?<version>\d{1,4}\.\d{1,4}\.\d{1,4}(?:-[\w.]{1,20})?)/] },
  { name: "elixir", file: /^elixir\.app$/, patterns: [/\{vsn,\s{0,8}"(?<version>\d{1,4}\.\d{1,4}\.\d{1,4}(?:-[\w.]{1,20})?)"\}/] },
  {
    name: "julia",
    file: /^libjulia-internal\.so/,
    patterns: [
      /\0(?:__init__|jl_image_unpack|verify_methods)\0(?<version>\d{1,4}\.\d{1,4}\.\d{1,4}(?:-[a-z]{1,8}\d{0,3})?)\0/,
      /(?:^|[^\d.])(?<version>\d{1,4}\.\d{1,4}\.\d{1,4}(?:-[a-z]{1,8}\d{0,3})?)\0(?:branch|julia version|BigInt)/,
    ],
  },
  {
    name: "haskell-ghc",
    file: /^ghc(?:-[\d.]+)?$/,
    patterns: [/\0GHC (?<version>\d{1,4}\.\d{1,4}\.\d{1,4})\0/, /libHSghc-(?<version>\d{1,4}\.\d{1,4}\.\d{1,4})-/],
  },
  {
    name: "haskell-cabal",
    file: /^cabal$/,
    patterns: [/cabal-install-(?<version>\d{1,4}(?:\.\d{1,4}){2,3})-/, /Cabal-(?<version>\d{1,4}(?:\.\d{1,4}){2,3})-/],
  },
  {
    name: "rust",
    file: /^libstd-[0-9a-f]+\.(?:so|dylib)$/,
    patterns: [
      /rustc? version (?<version>\d{1,4}\.\d{1,4}\.\d{1,4})/,
      /c (?<version>\d{1,4}\.\d{1,4}\.\d{1,4}) \([0-9a-f]{9} \d{4}/,
      /\/rustc-(?<version>\d{1,4}\.\d{1,4}\.\d{1,4})\/library\//,
    ],
  },
  { name: "swipl", file: /^swipl$/, patterns: [/swipl-(?<version>\d{1,4}\.\d{1,4}\.\d{1,4})\//] },
  { name: "gcc", file: /^(?:gcc|g\+\+|cc1)[\d.-]*$/, patterns: [/GCC: \([^)\n]{1,60}\) (?<version>\d{1,4}\.\d{1,4}\.\d{1,4})/] },
];
