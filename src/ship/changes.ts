import { type Evidence, formatSubject } from "../checklist/index.ts";
import { byDigest, hasCode, parseReference, wordsOf } from "../core/index.ts";
import { parseManifest, type RegistryClient } from "../image/index.ts";
import { type CommitRange, commitsBetween } from "../project/index.ts";
import type { ReleaseDiff, ReleaseManifest, ReleaseService } from "../release/index.ts";
import type { Voyage } from "./voyage.ts";
import { type UnknownChanges, type VulnerabilityChanges, vulnerabilityChanges } from "./vulnerability-changes.ts";

/** What of a release a person looks at before it is approved. */
export interface Changes extends ReleaseDiff {
  /** Absent when nothing is live or a release knows no commit; otherwise the commits, or why they cannot be told. */
  readonly commits?: CommitRange | { readonly unknown: string };
  readonly vulnerabilities: {
    /** What scans found of the images of each, in their words. Empty: nothing is known, because none was scanned. */
    readonly from: readonly string[];
    readonly to: readonly string[];
    /** Of images that change, where both are known. */
    readonly services?: readonly VulnerabilityChanges[];
    /** Of those where one is not. */
    readonly unknown?: readonly UnknownChanges[];
  };
  /** Of images that change: what is transferred, compressed. Absent where the registry did not tell. */
  readonly sizes: readonly { readonly service: string; readonly fromBytes?: number; readonly toBytes?: number }[];
}

const sizeOf = async (client: RegistryClient, service: ReleaseService | undefined): Promise<number | undefined> => {
  if (service === undefined) return undefined;
  const { repository, manifest: digest } = service.image;
  try {
    const { bytes, mediaType } = await client.manifest(byDigest(parseReference(repository), digest));
    const manifest = parseManifest(bytes, { mediaType, digest });
    if (manifest.kind === "index") return undefined;
    return [manifest.config, ...manifest.layers].reduce((sum, { size }) => sum + size, 0);
  } catch (error) {
    // It is told before an approval; that it cannot be told must not stand in the way.
    if (hasCode(error, "IMAGE_NOT_FOUND", "REGISTRY_UNREACHABLE", "REGISTRY_REFUSED", "INPUT_INVALID")) return undefined;
    throw error;
  }
};

const commitsOf = async ({ from, to }: ReleaseDiff, folder: string): Promise<Changes["commits"]> => {
  if (from?.commit === undefined || to.commit === undefined) return undefined;
  try {
    return await commitsBetween(folder, from.commit, to.commit);
  } catch (error) {
    if (!hasCode(error, "INPUT_INVALID", "TOOL_MISSING")) throw error;
    return { unknown: wordsOf(error) };
  }
};

/** A scan that was not tried knows nothing. */
const scanned = (evidence: readonly Evidence[]): readonly string[] =>
  evidence
    .filter(({ item, verdict }) => item === "scanned" && verdict.state !== "not-tried")
    .map(({ subject, because }) => `${formatSubject(subject)}: ${because}`);

/** What the manifest would change of the live release. Changes nothing. */
export const changesOf = async (
  voyage: Voyage,
  manifest: ReleaseManifest,
  /** What is known of its images. */
  evidence: readonly Evidence[],
): Promise<Changes> => {
  const { project, releases, harbour } = voyage;
  const { diff, live } = releases.diff(manifest);
  const commits = await commitsOf(diff, project.folder);
  const changed = diff.services.filter(({ image }) => image !== undefined).map(({ service }) => service);
  const named = (services: readonly ReleaseService[] | undefined, name: string) => services?.find((one) => one.name === name);
  const sizes = await Promise.all(
    changed.map(async (service) => {
      const [fromBytes, toBytes] = await Promise.all(
        [live?.services, manifest.services].map((services) => sizeOf(harbour.client, named(services, service))),
      );
      return { service, ...(fromBytes === undefined ? {} : { fromBytes }), ...(toBytes === undefined ? {} : { toBytes }) };
    }),
  );
  const from = diff.from === undefined ? [] : scanned(releases.evidenceOf(project.name, diff.from.release));
  const { services, unknown } = await vulnerabilityChanges(voyage, live, manifest, changed);
  const vulnerabilities = {
    from,
    to: scanned(evidence),
    ...(services.length === 0 ? {} : { services }),
    ...(unknown.length === 0 ? {} : { unknown }),
  };
  return { ...diff, sizes, vulnerabilities, ...(commits === undefined ? {} : { commits }) };
};
