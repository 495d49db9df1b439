/** Licences that packages name most, as SPDX lists them (spdx.org/licenses). */
const LISTED: ReadonlyMap<string, string> = new Map(
  "0BSD AFL-2.1 AFL-3.0 AGPL-1.0-only AGPL-3.0-only AGPL-3.0-or-later ANTLR-PD Apache-1.0 Apache-1.1 Apache-2.0 APSL-2.0 Artistic-1.0 Artistic-1.0-Perl Artistic-2.0 Beerware Bitstream-Vera BlueOak-1.0.0 BSD-1-Clause BSD-2-Clause BSD-2-Clause-Patent BSD-3-Clause BSD-3-Clause-Clear BSD-4-Clause BSD-4-Clause-UC BSL-1.0 BUSL-1.1 bzip2-1.0.6 CC-BY-2.0 CC-BY-3.0 CC-BY-4.0 CC-BY-SA-3.0 CC-BY-SA-4.0 CC0-1.0 CDDL-1.0 CDDL-1.1 CECILL-2.1 CECILL-B CECILL-C ClArtistic CNRI-Python CPL-1.0 curl ECL-2.0 Elastic-2.0 EPL-1.0 EPL-2.0 EUPL-1.1 EUPL-1.2 FSFAP FSFUL FSFULLR FTL GFDL-1.1-or-later GFDL-1.2-only GFDL-1.2-or-later GFDL-1.3-only GFDL-1.3-or-later GPL-1.0-only GPL-1.0-or-later GPL-2.0-only GPL-2.0-or-later GPL-3.0-only GPL-3.0-or-later HPND HPND-sell-variant ICU IJG ImageMagick Info-ZIP Intel ISC JSON LGPL-2.0-only LGPL-2.0-or-later LGPL-2.1-only LGPL-2.1-or-later LGPL-3.0-only LGPL-3.0-or-later Libpng libtiff LPPL-1.3c MirOS MIT MIT-0 MIT-CMU MPL-1.0 MPL-1.1 MPL-2.0 MS-PL MS-RL MulanPSL-2.0 Naumen NCSA NTP OFL-1.0 OFL-1.1 OLDAP-2.8 OpenSSL OSL-3.0 PHP-3.0 PHP-3.01 PostgreSQL PSF-2.0 Python-2.0 Python-2.0.1 QPL-1.0 Ruby SGI-B-2.0 Sleepycat SMLNJ Spencer-86 Spencer-94 SSPL-1.0 TCL TCP-wrappers Unicode-3.0 Unicode-DFS-2015 Unicode-DFS-2016 Unlicense UPL-1.0 Vim W3C WTFPL X11 XFree86-1.1 Zend-2.0 Zlib zlib-acknowledgement ZPL-2.0 ZPL-2.1"
    .split(" ")
    .map((id) => [id.toLowerCase(), id]),
);

/** Of what is added behind WITH (spdx.org/licenses/exceptions-index.html). */
const EXCEPTIONS: ReadonlyMap<string, string> = new Map(
  "Autoconf-exception-2.0 Autoconf-exception-3.0 Bison-exception-2.2 Classpath-exception-2.0 Font-exception-2.0 GCC-exception-2.0 GCC-exception-3.1 Libtool-exception Linux-syscall-note LLVM-exception OpenJDK-assembly-exception-1.0 Swift-exception Universal-FOSS-exception-1.0"
    .split(" ")
    .map((id) => [id.toLowerCase(), id]),
);

/** Words that mean one licence and no other. What names a family (`BSD`, `GPL`, `Apache`) is nobody's guess. */
const WORDS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    MIT: "mit license|the mit license|mit/x11|expat|expat license|mit (expat)|mit license (mit)|mit expat",
    "Apache-2.0":
      "apache 2|apache 2.0|apache-2|apache2|apache2.0|asl 2.0|apache license 2.0|apache license version 2.0|apache license v2.0|the apache license version 2.0|the apache software license version 2.0|apache software license version 2.0|apache license 2|apache v2|apache v2.0|apache public license 2.0",
    "BSD-3-Clause":
      "bsd-3|bsd 3-clause|bsd 3 clause|bsd-3 clause|3-clause bsd|3-clause bsd license|new bsd|new bsd license|modified bsd|modified bsd license|revised bsd|bsd 3-clause license|the bsd 3-clause license|bsd3|bsd-3-clause license|bsd (3-clause)",
    "BSD-2-Clause":
      "bsd-2|bsd 2-clause|bsd 2 clause|2-clause bsd|simplified bsd|simplified bsd license|freebsd|bsd 2-clause license|the bsd 2-clause license|bsd2",
    "BSD-4-Clause": "bsd-4|bsd 4-clause|original bsd",
    ISC: "isc license|isc license (iscl)|the isc license",
    "MPL-2.0": "mpl 2.0|mplv2.0|mpl-2|mozilla public license 2.0|mozilla public license 2.0 (mpl 2.0)|mozilla public license version 2.0",
    "PSF-2.0": "psf|psfl|psf license|python software foundation license",
    "Artistic-1.0-Perl": "artistic|artistic license",
    "Artistic-2.0": "artistic 2.0|artistic license 2.0",
    Zlib: "zlib license|zlib/libpng license|zlib/libpng",
    Unlicense: "the unlicense|the unlicense (unlicense)",
    "CC0-1.0": "cc0|cc0 1.0|cc0 1.0 universal|cc0 1.0 universal (cc0 1.0) public domain dedication",
    "BSL-1.0": "boost|boost software license 1.0|boost software license 1.0 (bsl-1.0)",
    "OLDAP-2.8": "openldap-2.8",
    Libpng: "libpng license",
    "bzip2-1.0.6": "bzip2",
    X11: "x11 license",
    "EPL-1.0": "eclipse public license 1.0|eclipse public license v1.0",
    "EPL-2.0": "eclipse public license 2.0|eclipse public license v2.0|eclipse public license - v 2.0",
    "GPL-1.0-or-later": "gpl+|gpl-1+|gplv1+",
    "GPL-2.0-or-later": "gnu general public license v2 or later (gplv2+)",
    "GPL-2.0-only": "gnu general public license v2 (gplv2)",
    "GPL-3.0-or-later": "gnu general public license v3 or later (gplv3+)",
    "GPL-3.0-only": "gnu general public license v3 (gplv3)",
    "LGPL-2.1-or-later": "gnu lesser general public license v2.1 or later (lgplv2.1+)",
    "LGPL-2.0-or-later": "gnu library general public license v2 or later (lgplv2+)|gnu lesser general public license v2 or later (lgplv2+)",
    "LGPL-3.0-or-later": "gnu lesser general public license v3 or later (lgplv3+)",
    "LGPL-3.0-only": "gnu lesser general public license v3 (lgplv3)",
    "AGPL-3.0-only": "gnu affero general public license v3",
    "AGPL-3.0-or-later": "gnu affero general public license v3 or later (agplv3+)",
  }).flatMap(([id, words]) => words.split("|").map((word) => [word, id] as const)),
);

/** `GPL-2+`, `LGPLv2.1`, `GPL-3.0`: Debian's, Fedora's and SPDX's older ways; without a plus it is that version alone. */
const gnu = (word: string): string | undefined => {
  const [, family = "", version = "", later] = /^(a?gpl|lgpl|gfdl)[ -]?v?(\d(?:\.\d)?)(\+| or later|-or-later)?$/.exec(word) ?? [];
  if (family === "") return undefined;
  const full = version.includes(".") ? version : `${version}.0`;
  return LISTED.get(`${family}-${full}-${later === undefined ? "only" : "or-later"}`);
};

const idOf = (text: string): string | undefined => {
  const word = text.trim().replaceAll(/\s+/g, " ").replaceAll(",", "").toLowerCase();
  return LISTED.get(word) ?? WORDS.get(word) ?? gnu(word);
};

const exceptionOf = (text: string): string | undefined => {
  const word = text.trim().toLowerCase();
  return EXCEPTIONS.get(word) ?? EXCEPTIONS.get(word.replaceAll(/\s+/g, "-"));
};

const MAX_TEXT = 1000;
const MAX_DEPTH = 20;

const withException = (text: string): string | undefined => {
  const [licence = "", exception, ...rest] = text.split(/\s+with\s+/i);
  const id = idOf(licence);
  if (exception === undefined || id === undefined) return id;
  const added = exceptionOf(exception);
  return added === undefined || rest.length > 0 ? undefined : `${id} WITH ${added}`;
};

/** Leaves joined by one operator, deeper ones in parentheses; undefined where a part is not known. */
const joined = (parts: readonly (string | undefined)[], operator: "AND" | "OR"): string | undefined => {
  const known = parts.flatMap((part) => part ?? []);
  const unique = [...new Set(known)];
  if (known.length !== parts.length) return undefined;
  return unique.length === 1
    ? unique[0]
    : unique.map((part) => (/ (?:AND|OR) /.test(part) && !part.startsWith("(") ? `(${part})` : part)).join(` ${operator} `);
};

/** OR binds weaker than AND (spdx.github.io/spdx-spec/v2.3, annex D). */
const parsed = (text: string, depth = 0): string | undefined => {
  const nested: string[] = [];
  let plain = text;
  // The innermost parentheses first, each put aside under a number.
  if (depth > MAX_DEPTH) return undefined;
  for (let last = ""; plain !== last;) {
    last = plain;
    plain = plain.replace(/(^|\s|\()\(([^()]*)\)(?=$|\s|\))/, (_, before: string, inner: string) => `${before}⟦${nested.push(inner) - 1}⟧`);
  }
  const leaf = (part: string): string | undefined => {
    const [, number] = /^\s*⟦(\d+)⟧\s*$/.exec(part) ?? [];
    if (number === undefined) return withException(part);
    const inner = nested[Number(number)];
    // What was put aside may hold what was put aside before it.
    return inner === undefined
      ? undefined
      : parsed(
          inner.replaceAll(/⟦(\d+)⟧/g, (_, at: string) => `(${nested[Number(at)] ?? ""})`),
          depth + 1,
        );
  };
  return joined(
    plain.split(/\s+or\s+|\s*\|\|?\s*/i).map((part) => joined(part.split(/\s+and\s+|\s*&&?\s*/i).map(leaf), "AND")),
    "OR",
  );
};

/** A licence as SPDX writes it, an identifier or an expression; undefined where a part of it means none, or several. */
export const licenceExpression = (written: string): string | undefined => {
  const text = written.trim();
  if (text === "" || text.length > MAX_TEXT || text.includes("⟦")) return undefined;
  return idOf(text) ?? parsed(text.replaceAll(/_(or|and|with)_/gi, " $1 "));
};

/** Of one component: an expression of all that is written, or the words where a part of them is unknown. `any`: they are to be chosen from. */
export const licencesAs = (
  written: readonly string[],
  choice: "any" | "all",
): { readonly expression: string } | { readonly words: readonly string[] } => {
  const expressions = written.map(licenceExpression);
  const expression = written.length === 0 ? undefined : joined(expressions, choice === "any" ? "OR" : "AND");
  return expression === undefined ? { words: written.map((one, at) => expressions[at] ?? one) } : { expression };
};

/** Whether it is one identifier, and no expression. */
export const isListed = (text: string): boolean => LISTED.get(text.toLowerCase()) === text;
