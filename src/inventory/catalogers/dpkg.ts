import { createAllowance, MAX_NEEDS, MAX_PACKAGES, MORE_NEEDS, MORE_PACKAGES } from "../allowance.ts";
import { type Cataloged, type Cataloger, MIB } from "../cataloger.ts";
import { type Package, requiring } from "../package.ts";
import { type Paragraph, eachParagraph } from "../paragraphs.ts";

/** `Source: name (version)`; without the parentheses its version is the package's. */
const sourceOf = (
  written: string | undefined,
  own: { readonly name: string; readonly version: string },
): { readonly name: string; readonly version: string } => {
  const [, name = own.name, version = own.version] = /^(\S+)(?:\s+\(([^)]*)\))?$/.exec(written ?? own.name) ?? [];
  return { name, version };
};

/**
 * Whether its files are there: `Status: install ok installed`, and `unpacked`, `half-configured`, `triggers-pending` of what was broken off (dpkg(1), "Package
 * states"). Of one that was removed only its configuration is. Distroless's files have no such line.
 */
const isInstalled = (status: string | undefined): boolean => !/(?:^|\s)(?:not-installed|config-files)$/.test(status ?? "");

/** `libc6 (>= 2.36), debconf (>= 0.5) | debconf-2.0`: of alternatives the first (deb-control(5)). */
const dependenciesOf = (fields: Paragraph): readonly (readonly [string, string])[] =>
  [fields.get("pre-depends") ?? "", fields.get("depends") ?? ""].flatMap((list) =>
    list.split(",", 300).flatMap((one) => {
      const [, name, range = ""] = /^\s*([a-z0-9][a-z0-9+.-]*)(?::[a-z0-9-]+)?\s*(?:\(([^)]*)\))?/.exec(one) ?? [];
      return name === undefined ? [] : [[name, range] as const];
    }),
  );

export const debianPackage = (fields: Paragraph): Package | undefined => {
  const [name, version] = [fields.get("package"), fields.get("version")];
  if (name === undefined || name === "" || version === undefined || version === "" || !isInstalled(fields.get("status"))) return undefined;
  const arch = fields.get("architecture");
  return {
    type: "deb",
    name,
    version,
    source: sourceOf(fields.get("source"), { name, version }),
    ...(arch === undefined ? {} : { arch }),
    licenses: [],
    ...requiring(dependenciesOf(fields)),
  };
};

/** All of a database. */
export const packagesOf = (content: Buffer, packageOf: (fields: Paragraph) => Package | undefined): Cataloged => {
  const packages: Package[] = [];
  const asked = createAllowance(MAX_NEEDS);
  for (const fields of eachParagraph(content.toString("utf8"))) {
    const found = packageOf(fields);
    if (found === undefined) continue;
    if (packages.length === MAX_PACKAGES) return { packages, unseen: MORE_PACKAGES };
    const { requires, ...own } = found;
    packages.push(asked.take(requires?.length ?? 0) ? found : own);
  }
  return { packages, ...(asked.isSpent() ? { unseen: MORE_NEEDS } : {}) };
};

/** Debian's and Ubuntu's packages, and distroless's, which have a file each (dpkg(1), `/var/lib/dpkg/status`). */
export const dpkg: Cataloger = {
  name: "dpkg",
  scope: "installed",
  reads: "var/lib/dpkg/status, var/lib/dpkg/status.d/*",
  endings: "any",
  isMine: (path) => /(?:^|\/)var\/lib\/dpkg\/(?:status|status\.d\/[^/]+)$/.test(path) && !path.endsWith(".md5sums"),
  maxBytes: 64 * MIB,
  read: (content) => packagesOf(content, debianPackage),
};
