import { type Allowance, createAllowance, MAX_PACKAGES } from "../allowance.ts";
import { groupOfArtifact } from "../java-groups.ts";
import { type Cataloger, MIB } from "../cataloger.ts";
import type { Package } from "../package.ts";
import { ownCoordinates, withoutComments } from "./pom.ts";
import { firstParagraph } from "../paragraphs.ts";
import { type ZipEntry, zipEntries } from "../zip.ts";

const ARCHIVE = /\.(?:jar|war|ear|par|sar|nar|kar|jpi|hpi|lpkg)$/i;
/** Archives in archives: an application server's in an application's in a start archive. */
const MAX_DEPTH = 4;
/** Archives within one file, and what all that is looked at of them unpacks to. */
const MAX_ARCHIVES = 20_000;
const MAX_UNPACKED_BYTES = 1024 * MIB;
const MAX_NESTED_BYTES = 128 * MIB;
const MAX_TEXT_BYTES = MIB;

/** What Maven wrote: undefined for a version that nobody has filled in. */
interface Coordinates {
  readonly namespace: string;
  readonly name: string;
  readonly version: string | undefined;
}

const filledIn = (version: string | undefined): string | undefined => (version?.includes("${") === true ? undefined : version);

/** `groupId=…` (maven.apache.org/shared/maven-archiver): what Maven itself has written of what is in the archive. */
const fromProperties = (text: string): readonly Coordinates[] => {
  const value = (key: string): string | undefined => new RegExp(`^[ \\t]*${key}\\s*[=:]\\s*(\\S{1,300})\\s*$`, "m").exec(text)?.[1];
  const [namespace, name, version] = [value("groupId"), value("artifactId"), value("version")];
  return namespace === undefined || name === undefined ? [] : [{ namespace, name, version: filledIn(version) }];
};

/** By where it lies and what it says: of builds that write no `pom.properties`. */
const fromPom = (path: string, text: string): readonly Coordinates[] => {
  const [, namespace, name] = /^META-INF\/maven\/([^/]{1,300})\/([^/]{1,300})\/pom\.xml$/.exec(path) ?? [];
  return namespace === undefined || name === undefined
    ? []
    : [{ namespace, name, version: filledIn(ownCoordinates(withoutComments(text)).version) }];
};

/** Lines of a manifest are folded after 72 bytes (docs.oracle.com, JAR File Specification). */
const manifestOf = (text: string): ReadonlyMap<string, string> => firstParagraph(text.replaceAll(/\r?\n /g, "")) ?? new Map();

const MAX_NAME = 300;

/** `Apache-2.0;link="…"`, or addresses that say nothing by themselves (OSGi Core, "Bundle-License"). */
const bundleLicences = (written: string | undefined): readonly string[] =>
  (written ?? "").split(",").flatMap((one) => {
    const [name = ""] = one.trim().split(";", 1);
    if (/apache\.org\/licenses\/LICENSE-2\.0/.test(name)) return ["Apache-2.0"];
    return name === "" || name.length > 100 || name.includes("://") || name === "<<EXTERNAL>>" ? [] : [name];
  });

/** `<license><name>…` of what Maven built it from. */
const pomLicences = (text: string): readonly string[] =>
  [...text.matchAll(/<license>\s*(?:<!--[^>]{0,200}-->\s*)?<name>\s*([^<]{1,100}?)\s*<\/name>/g)].map(([, name = ""]) => name);

/** A version in words that may hold more, or none: `1.2.3 (build 5)`, `unspecified`, `${project.version}`. */
const stated = (words: string | undefined): string | undefined => {
  const [, version] = /^\s*([^\s,;()]+)/.exec(words ?? "") ?? [];
  return version === undefined || version.length > MAX_NAME || !/\d/.test(version) || version.includes("${") ? undefined : version;
};

/** What else a file's name may say behind the version: parts of the same, and what they are for. */
const CLASSIFIER = /-(?:sources|javadoc|tests|all|shaded|uber|jar-with-dependencies|(?:linux|osx|windows)-[a-z0-9_]+)$/;

/** `name-1.2.3.jar` in its two. */
const named = (path: string): readonly [name: string, version: string | undefined] => {
  const file = path
    .slice(path.lastIndexOf("/") + 1)
    .replace(ARCHIVE, "")
    .slice(0, MAX_NAME)
    .replace(CLASSIFIER, "");
  const [, name = file, version] = /^(.+?)-(\d+(?:\.\d[\w.+-]*)?)$/.exec(file) ?? [];
  return [name, version];
};

type Manifest = ReadonlyMap<string, string>;

const versionOf = (manifest: Manifest, path: string): string | undefined =>
  stated(manifest.get("plugin-version")) ??
  stated(manifest.get("implementation-version")) ??
  stated(manifest.get("bundle-version")) ??
  named(path)[1];

/** Of an archive without Maven's word: what its manifest says, else its file's name. */
const fromManifest = (manifest: Manifest, path: string): readonly Package[] => {
  const [fileName, fileVersion] = named(path);
  const version = versionOf(manifest, path);
  const symbolic = manifest.get("bundle-symbolicname")?.split(";", 1)[0]?.trim();
  const [, bundleGroup, bundleName] = /^(.+)\.([^.]+)$/.exec(symbolic ?? "") ?? [];
  const name =
    manifest.get("short-name") ?? manifest.get("extension-name") ?? (fileVersion === undefined ? (bundleName ?? fileName) : fileName);
  const namespace =
    manifest.get("group-id") ?? groupOfArtifact(name, version ?? "") ?? manifest.get("implementation-vendor-id") ?? bundleGroup;
  if (version === undefined || name === "") return [];
  return [
    {
      type: "maven",
      ...(namespace === undefined ? {} : { namespace }),
      name,
      version,
      licenses: bundleLicences(manifest.get("bundle-license")),
    },
  ];
};

/** Of one file and all that is in it. */
interface Allowed {
  readonly bytes: Allowance;
  readonly archives: Allowance;
  readonly packages: Allowance;
}

const packagesIn = (archive: Buffer, path: string, depth: number, allowed: Allowed): readonly Package[] | undefined => {
  const entries = allowed.archives.take(1) ? zipEntries(archive) : undefined;
  if (entries === undefined) return undefined;
  const textOf = (entry: ZipEntry | undefined): string | undefined =>
    entry === undefined || !allowed.bytes.take(Math.min(entry.sizeBytes, MAX_TEXT_BYTES))
      ? undefined
      : entry.read(MAX_TEXT_BYTES)?.toString("utf8");
  // The first of a name counts, as for the manifest.
  const poms = new Map(
    entries
      .filter(({ path: name }) => name.endsWith("/pom.xml"))
      .toReversed()
      .map((one) => [one.path, one]),
  );
  const maven = entries
    .filter((entry) => /^META-INF\/maven\/.+\/pom\.properties$/.test(entry.path))
    .flatMap((entry) => {
      const pom = poms.get(entry.path.replace(/properties$/, "xml"));
      const licenses = pomLicences(textOf(pom) ?? "");
      return fromProperties(textOf(entry) ?? "").map((one) => ({ ...one, licenses }));
    });
  if (maven.length === 0)
    for (const [at, pom] of poms) {
      const text = textOf(pom) ?? "";
      maven.push(...fromPom(at, text).map((one) => ({ ...one, licenses: pomLicences(text) })));
    }
  // Names in this folder are equal in whatever case (docs.oracle.com, JAR File Specification); there may be none.
  const manifest = manifestOf(textOf(entries.find((entry) => /^META-INF\/MANIFEST\.MF$/i.test(entry.path))) ?? "");
  const filled = maven.flatMap(({ version, ...one }): readonly Package[] => {
    const found = version ?? (maven.length === 1 ? versionOf(manifest, path) : undefined);
    return found === undefined ? [] : [{ type: "maven", ...one, version: found }];
  });
  const own = filled.length > 0 ? filled : fromManifest(manifest, path);
  const nested =
    depth >= MAX_DEPTH
      ? []
      : entries
          .filter((entry) => ARCHIVE.test(entry.path))
          .flatMap((entry) => {
            const inner = allowed.bytes.take(entry.sizeBytes) ? entry.read(MAX_NESTED_BYTES) : undefined;
            return inner === undefined ? [] : (packagesIn(inner, entry.path, depth + 1, allowed) ?? []);
          });
  return [...own.filter(() => allowed.packages.take(1)), ...nested];
};

/** Java packages in archives, in those within them too: by Maven's own word, else by the manifest and the file's name. */
export const javaArchive: Cataloger = {
  name: "java-archive",
  scope: "installed",
  reads: "*.jar, *.war, *.ear, *.hpi and their kin",
  endings: ["jar", "war", "ear", "par", "sar", "nar", "kar", "jpi", "hpi", "lpkg"],
  isMine: (path) => ARCHIVE.test(path),
  maxBytes: 256 * MIB,
  read: (content, path) => {
    const allowed = {
      bytes: createAllowance(MAX_UNPACKED_BYTES),
      archives: createAllowance(MAX_ARCHIVES),
      packages: createAllowance(MAX_PACKAGES),
    };
    const packages = packagesIn(content, path, 0, allowed);
    if (packages === undefined) return undefined;
    const isCut = Object.values(allowed).some(({ isSpent }) => isSpent());
    return {
      packages: [...new Map(packages.map((one) => [JSON.stringify(one), one])).values()],
      ...(isCut ? { unseen: "it holds more archives, packages or bytes than are looked at" } : {}),
    };
  },
};
