import { type Cataloger, MIB } from "../cataloger.ts";
import type { Package } from "../package.ts";

/** `name[extra]==1.2; marker`: only one exact version is a package that is known. */
const PINNED =
  /^([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*\(?\s*(?:[<>!~]=?\s*[\w.!+*-]+\s*,\s*)*={2,3}\s*([A-Za-z0-9][A-Za-z0-9.!+_-]*)\s*(?:[;,#)].*|\s--.*)?$/;

const MAX_LINE = 10_000;

/** pip itself takes a byte order mark, and so what other shells than POSIX's write (pip/_internal/utils/encoding.py). */
const textOf = (content: Buffer): string =>
  content[0] === 0xff && content[1] === 0xfe ? content.toString("utf16le", 2) : content.toString("utf8").replace(/^\uFEFF/, "");

/**
 * Python packages that requirements files pin (pip.pypa.io/en/stable/reference/requirements-file-format). A file that another includes is read when it is named like
 * one; one with constraints asks for nothing.
 */
export const requirements: Cataloger = {
  name: "requirements",
  scope: "declared",
  reads: "*requirements*.txt, requirements/*.txt",
  endings: ["txt"],
  isMine: (path) =>
    /(?:^|\/)(?:[^/]*requirements[^/]*|requirements\/[^/]+)\.txt$/i.test(path) && !/(?:^|\/)[^/]*constraints[^/]*$/i.test(path),
  maxBytes: 4 * MIB,
  read: (content) => ({
    packages: textOf(content)
      // A line goes on behind a backslash, but no comment does.
      .replaceAll(/^(?![ \t]*#)(.*)\\\r?\n/gm, "$1 ")
      .split(/\r?\n/)
      .flatMap((line): readonly Package[] => {
        const [, name, version] = PINNED.exec(line.slice(0, MAX_LINE).replaceAll(/\s+/g, " ").trim()) ?? [];
        return name === undefined || version === undefined || version.endsWith(".") ? [] : [{ type: "pypi", name, version, licenses: [] }];
      }),
  }),
};
