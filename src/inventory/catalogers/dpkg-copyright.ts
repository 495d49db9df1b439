import { type Cataloger, MIB } from "../cataloger.ts";

const MAX_LICENCES = 40;

/** `License: GPL-2+ or Artistic` of each paragraph (www.debian.org/doc/packaging-manuals/copyright-format/1.0). */
const declared = (text: string): readonly string[] =>
  [...text.matchAll(/^License:[ \t]*(\S[^\n]{0,200})$/gm)]
    .map(([, licence = ""]) => licence.trim())
    // Some write the text itself where its name should stand.
    .filter((licence) => licence.length <= 100 && !/[.;:]$|["']|\b(?:this|permission|redistribution|software is)\b/i.test(licence));

/** Debian's own copies that a free text points to (`/usr/share/common-licenses`), and the two texts that it quotes most. */
const told = (text: string): readonly string[] => {
  const later = /any\s+later\s+version/i.test(text) ? "+" : "";
  const common = [...text.matchAll(/\/usr\/share\/common-licenses\/([A-Za-z]+(?:-\d+(?:\.\d+)?)?)/g)].map(([, name = ""]) =>
    /^L?GPL-/.test(name) ? `${name}${later}` : name,
  );
  const flat = text.replaceAll(/[\s#*]+/g, " ");
  return [
    ...common,
    ...(/Permission is hereby granted, free of charge, to any person obtaining/.test(flat) ? ["Expat"] : []),
    ...(/Redistribution and use in source and binary forms/.test(flat)
      ? [/Neither the name|names? of .{0,80} may not be used to endorse/.test(flat) ? "BSD-3-clause" : "BSD-2-clause"]
      : []),
  ];
};

/** Licences of Debian's and Ubuntu's packages, and distroless's: dpkg's own database has none (Debian Policy, 12.5). */
export const dpkgCopyright: Cataloger = {
  name: "dpkg-copyright",
  scope: "installed",
  reads: "usr/share/doc/*/copyright",
  endings: ["copyright"],
  isMine: (path) => /^usr\/share\/doc\/[^/]+\/copyright$/.test(path),
  maxBytes: 4 * MIB,
  read: (content, path) => {
    const name = path.split("/").at(-2) ?? "";
    const text = content.toString("utf8");
    const licences = /^Format(?:-Specification)?:/m.test(text.slice(0, 1000)) ? declared(text) : told(text);
    return licences.length === 0 ? undefined : { packages: [], licensed: [[name, [...new Set(licences)].slice(0, MAX_LICENCES)]] };
  },
};
