import { type Cataloger, MIB } from "../cataloger.ts";
import type { Package } from "../package.ts";
import { paragraphsOf } from "../paragraphs.ts";
import { type ZipEntry, zipEntries } from "../zip.ts";

const ARCHIVE = /\.(?:jar|war|ear|par|sar|nar|kar|jpi|hpi|lpkg)$/i;
/** Archives in archives: an application server's in an application's in a start archive. */
const MAX_DEPTH = 4;
const MAX_NESTED_BYTES = 128 * MIB;
const MAX_TEXT_BYTES = MIB;

const textOf = (entry: ZipEntry | undefined): string | undefined => entry?.read(MAX_TEXT_BYTES)?.toString("utf8");

/** `groupId=…` (maven.apache.org/shared/maven-archiver): what Maven itself has written of what is in the archive. */
const fromProperties = (text: string): readonly Package[] => {
  const value = (key: string): string | undefined => new RegExp(`^\\s*${key}\\s*[=:]\\s*(\\S{1,300})\\s*$`, "m").exec(text)?.[1];
  const [namespace, name, version] = [value("groupId"), value("artifactId"), value("version")];
  return namespace === undefined || name === undefined || version === undefined || version.includes("${")
    ? []
    : [{ type: "maven", namespace, name, version, licenses: [] }];
};

/** Lines of a manifest are folded after 72 bytes (docs.oracle.com, JAR File Specification). */
const manifestOf = (text: string): ReadonlyMap<string, string> => paragraphsOf(text.replaceAll(/\r?\n /g, ""))[0] ?? new Map();

/** Of an archive without Maven's word: what its manifest says, else its file's name. */
const fromManifest = (manifest: ReadonlyMap<string, string>, path: string): readonly Package[] => {
  const file = path.slice(path.lastIndexOf("/") + 1).replace(ARCHIVE, "");
  const [, fileName = file, fileVersion] = /^(.+?)-(\d+(?:\.\d[\w.+-]*)?)$/.exec(file) ?? [];
  const version = manifest.get("plugin-version") ?? manifest.get("implementation-version") ?? manifest.get("bundle-version") ?? fileVersion;
  const symbolic = manifest.get("bundle-symbolicname")?.split(";", 1)[0]?.trim();
  const [, bundleGroup, bundleName] = /^(.+)\.([^.]+)$/.exec(symbolic ?? "") ?? [];
  const namespace = manifest.get("group-id") ?? manifest.get("implementation-vendor-id") ?? bundleGroup;
  const name =
    manifest.get("short-name") ?? manifest.get("extension-name") ?? (fileVersion === undefined ? (bundleName ?? fileName) : fileName);
  if (version === undefined || name === "" || version.length > 300) return [];
  return [{ type: "maven", ...(namespace === undefined ? {} : { namespace }), name, version: version.trim(), licenses: [] }];
};

const packagesIn = (archive: Buffer, path: string, depth: number): readonly Package[] | undefined => {
  const entries = zipEntries(archive);
  if (entries === undefined) return undefined;
  const maven = entries
    .filter((entry) => /^META-INF\/maven\/.+\/pom\.properties$/.test(entry.path))
    .flatMap((entry) => fromProperties(textOf(entry) ?? ""));
  const manifest = textOf(entries.find((entry) => entry.path === "META-INF/MANIFEST.MF"));
  const own = maven.length > 0 || manifest === undefined ? maven : fromManifest(manifestOf(manifest), path);
  const nested =
    depth >= MAX_DEPTH
      ? []
      : entries
          .filter((entry) => ARCHIVE.test(entry.path))
          .flatMap((entry) => {
            const inner = entry.read(MAX_NESTED_BYTES);
            return inner === undefined ? [] : (packagesIn(inner, entry.path, depth + 1) ?? []);
          });
  return [...own, ...nested];
};

/** Java packages in archives, in those within them too: by Maven's own word, else by the manifest and the file's name. */
export const javaArchive: Cataloger = {
  name: "java-archive",
  scope: "installed",
  reads: "*.jar, *.war, *.ear, *.hpi and their kin",
  isMine: (path) => ARCHIVE.test(path),
  maxBytes: 256 * MIB,
  read: (content, path) => {
    const packages = packagesIn(content, path, 0);
    return packages === undefined ? undefined : { packages: [...new Map(packages.map((one) => [JSON.stringify(one), one])).values()] };
  },
};
