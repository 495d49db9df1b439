/** Products that advisories know under another name than the program has. */
const NAMES: Readonly<Record<string, string>> = { go: "golang" };

/**
 * A product as Bitnami's advisories name it and number its releases: Java's update in place of a patch (`1.8.0_392-b08` is `8.0.392`), Ruby without its patch level, whose
 * number only goes up within a release.
 */
export const asUpstream = ({
  name,
  version,
}: {
  readonly name: string;
  readonly version: string;
}): { readonly name: string; readonly version: string } => {
  const [, java, update] = name === "java" ? (/^1\.(\d+)\.0(?:_(\d+))?/.exec(version) ?? []) : [];
  if (java !== undefined) return { name, version: `${java}.0.${update ?? "0"}` };
  return { name: NAMES[name] ?? name, version: name === "ruby" ? version.replace(/p\d+$/, "") : version };
};
