import { describe, expect, test } from "vitest";
import { dpkgCopyright } from "./catalogers/dpkg-copyright.ts";
import { isListed, licenceExpression, licencesAs } from "./licence-ids.ts";
import { licenceUses } from "./licences.ts";
import type { FoundPackage } from "./package.ts";

test.each([
  ["MIT", "MIT"],
  ["mit", "MIT"],
  ["The MIT License", "MIT"],
  ["GPL-2+", "GPL-2.0-or-later"],
  ["GPL-2", "GPL-2.0-only"],
  ["GPLv3+", "GPL-3.0-or-later"],
  ["LGPLv2.1+", "LGPL-2.1-or-later"],
  ["GPL-2.0", "GPL-2.0-only"],
  ["GPL-1+ or Artistic", "GPL-1.0-or-later OR Artistic-1.0-Perl"],
  ["LGPLv3+_or_GPLv2+", "LGPL-3.0-or-later OR GPL-2.0-or-later"],
  ["(MIT OR Apache-2.0)", "MIT OR Apache-2.0"],
  ["(MIT AND (ISC OR BSD-3-Clause))", "MIT AND (ISC OR BSD-3-Clause)"],
  ["MIT AND MIT", "MIT"],
  ["GPL-2.0-or-later WITH Classpath-exception-2.0", "GPL-2.0-or-later WITH Classpath-exception-2.0"],
  ["GPL-2+ with Libtool exception", "GPL-2.0-or-later WITH Libtool-exception"],
  ["Apache License, Version 2.0", "Apache-2.0"],
  ["GNU General Public License v2 or later (GPLv2+)", "GPL-2.0-or-later"],
  ["BSD-2-Clause AND zlib", "BSD-2-Clause AND Zlib"],
  ["BSD", undefined],
  ["Apache Software License", undefined],
  ["GPL", undefined],
  ["public-domain", undefined],
  ["MIT or something", undefined],
  ["GPL-2+ with a pinch of salt", undefined],
  ["SEE LICENSE IN LICENSE.md", undefined],
  ["", undefined],
  ["((((", undefined],
  [`${"(".repeat(400)}MIT${")".repeat(400)}`, undefined],
])("%s is %s", (written, expression) => {
  expect(licenceExpression(written)).toBe(expression);
});

test("of several all hold, or one may be chosen; what is not known stays as it is written", () => {
  expect(licencesAs(["GPL-2+", "Expat"], "all")).toEqual({ expression: "GPL-2.0-or-later AND MIT" });
  expect(licencesAs(["MIT OR ISC", "Zlib"], "all")).toEqual({ expression: "(MIT OR ISC) AND Zlib" });
  expect(licencesAs(["MIT", "GPL-3+"], "any")).toEqual({ expression: "MIT OR GPL-3.0-or-later" });
  expect(licencesAs(["Expat", "permissive"], "all")).toEqual({ words: ["MIT", "permissive"] });
  expect(licencesAs([], "all")).toEqual({ words: [] });
  expect([isListed("MIT"), isListed("mit"), isListed("MIT OR ISC")]).toEqual([true, false, false]);
});

const found = (type: "deb" | "npm", name: string, licenses: readonly string[]): FoundPackage => ({
  type,
  name,
  version: "1",
  licenses,
  path: "x",
  purl: `pkg:${type}/${name}@1`,
});

test("a summary counts each licence, of expressions each part; what nothing tells of comes last", () => {
  const uses = licenceUses([
    found("npm", "a", ["(MIT OR GPL-2.0)"]),
    found("npm", "b", ["MIT"]),
    found("deb", "c", ["GPL-2", "Expat", "permissive"]),
    found("deb", "d", []),
  ]);
  expect(uses.map(({ licence, isListed: listed, packages }) => [licence, listed, packages.length])).toEqual([
    ["MIT", true, 3],
    ["GPL-2.0-only", true, 2],
    ["permissive", false, 1],
    [undefined, false, 1],
  ]);
});

describe("what tells of the licences of Debian's packages", () => {
  const read = (text: string) => dpkgCopyright.read(Buffer.from(text), "usr/share/doc/bash/copyright")?.licensed;
  test("paragraphs of the machine-readable form", () => {
    const text =
      "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nLicense: GPL-3+\n\nFiles: a\nLicense: BSD-3-clause or GPL-2\n\nLicense: GPL-3+\n This program is free\n\nFiles: b\nLicense: This software is provided 'as-is'\n";
    expect(read(text)).toEqual([["bash", ["GPL-3+", "BSD-3-clause or GPL-2"]]]);
  });
  test("a free text that points to common licences or quotes one", () => {
    expect(read("version 2, or (at your option) any\nlater version.\nsee `/usr/share/common-licenses/GPL-2'.")).toEqual([
      ["bash", ["GPL-2+"]],
    ]);
    expect(read("# Permission is hereby granted, free of\n# charge, to any person obtaining a copy")).toEqual([["bash", ["Expat"]]]);
    expect(read("All rights reserved.")).toBeUndefined();
  });
});
