/** Licences that packages name most, as SPDX lists them (spdx.org/licenses). What is written otherwise is told as it was written: nobody's guess. */
const LISTED = new Set(
  "0BSD AGPL-3.0-only AGPL-3.0-or-later Apache-2.0 Artistic-2.0 BlueOak-1.0.0 BSD-2-Clause BSD-3-Clause BSL-1.0 CC-BY-3.0 CC-BY-4.0 CC0-1.0 CDDL-1.0 EPL-1.0 EPL-2.0 GPL-2.0-only GPL-2.0-or-later GPL-3.0-only GPL-3.0-or-later ISC LGPL-2.1-only LGPL-2.1-or-later LGPL-3.0-only LGPL-3.0-or-later MIT MIT-0 MPL-2.0 OpenSSL PostgreSQL PSF-2.0 Python-2.0 Ruby Unlicense WTFPL Zlib".split(
    " ",
  ),
);

export const isListed = (text: string): boolean => LISTED.has(text);

/** `MIT OR Apache-2.0`. */
export const isExpression = (text: string): boolean => text.split(/ (?:AND|OR) /).every(isListed);
