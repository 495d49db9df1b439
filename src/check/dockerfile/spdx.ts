/** Identifiers of the SPDX list, by family: the whole list has 700, most of them of one program. https://spdx.org/licenses/ */
const FAMILIES: readonly RegExp[] = [
  /^(?:0BSD|AAL|AFL-[123]\.[012]|Apache-(?:1\.[01]|2\.0)|APSL-[12]\.\d|Artistic-(?:1\.0(?:-Perl|-cl8)?|2\.0)|BlueOak-1\.0\.0|BSL-1\.0|BUSL-1\.1)$/,
  /^A?GPL-[123]\.0(?:-only|-or-later|\+)?$/,
  /^LGPL-(?:2\.0|2\.1|3\.0)(?:-only|-or-later|\+)?$/,
  /^GFDL-1\.[123](?:-(?:invariants|no-invariants))?(?:-only|-or-later)?$/,
  /^BSD-(?:[1-4]-Clause(?:-[A-Za-z0-9-]+)?|Source-Code|Protection)$/,
  /^CC-(?:BY(?:-NC)?(?:-(?:SA|ND))?-[1-4]\.[05](?:-[A-Z]+)?|PDDC|PDM-1\.0)$/,
  /^CC0-1\.0$/,
  /^(?:CDDL-1\.[01]|CECILL-[A-C12.]+|CPAL-1\.0|CPL-1\.0|curl|ECL-[12]\.0|EFL-[12]\.0|Elastic-2\.0|EPL-[12]\.0|EUPL-1\.[012])$/,
  /^(?:FSFAP|FSFUL(?:LR)?|FTL|HPND|ICU|IJG|ImageMagick|IPL-1\.0|ISC|JSON|Libpng|libpng-2\.0|libtiff)$/,
  /^(?:MIT(?:-0|-CMU|-Modern-Variant|-advertising|-enna|-feh)?|MITNFA|MPL-(?:1\.[01]|2\.0(?:-no-copyleft-exception)?)|MS-(?:PL|RL)|MulanPSL-[12]\.0)$/,
  /^(?:NCSA|NTP|ODbL-1\.0|OFL-1\.[01](?:-RFN|-no-RFN)?|OLDAP-[12]\.\d(?:\.\d)?|OpenSSL|OSL-[123]\.[01]|PHP-3\.0[12]?|PostgreSQL|PSF-2\.0|Python-2\.0(?:\.1)?)$/,
  /^(?:QPL-1\.0|RPL-1\.[15]|Ruby|Sleepycat|SSPL-1\.0|TCL|Unicode-(?:3\.0|DFS-201[56]|TOU)|Unlicense|UPL-1\.0|Vim|W3C(?:-\d+)?|WTFPL|X11|Xnet|Zend-2\.0|Zlib|zlib-acknowledgement|ZPL-[12]\.[01])$/,
  /^(?:LicenseRef|DocumentRef)-[A-Za-z0-9.:-]+$/,
];

const EXCEPTION = /^[A-Za-z0-9.-]+-exception(?:-[\d.]+)?$|^(?:Classpath|Autoconf|Bison|GCC|LLVM|OpenJDK|Qt|Swift|u-boot)[A-Za-z0-9.-]*$/;

const isIdentifier = (word: string): boolean => FAMILIES.some((family) => family.test(word.replace(/\+$/, "")) || family.test(word));

/** Whether a text names licences as SPDX does: identifiers, joined by AND, OR and WITH, in brackets where that is wanted. */
export const isLicenceExpression = (text: string): boolean => {
  const words = text.slice(0, 2000).replaceAll(/[()]/g, " ").trim().split(/\s+/);
  return (
    words.length % 2 === 1 &&
    words.every((word, index) =>
      index % 2 === 1
        ? /^(?:AND|OR|WITH)$/i.test(word)
        : words[index - 1]?.toUpperCase() === "WITH"
          ? EXCEPTION.test(word)
          : isIdentifier(word),
    )
  );
};
