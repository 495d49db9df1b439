import { resolve } from "node:path";
import { byDigest, type Digest, formatReference, type Reference, readTextFile, SeaworthyError } from "../../core/index.ts";
import { parseJsonObject } from "../../image/index.ts";
import { attestImage, inventoryOfSubject, openAdvisories, remoteSubjects, signingKey, type Voyage } from "../../ship/index.ts";
import { attest, type AttestationStore, PREDICATES, predicateTypeOf, registryStore, type SigningKey } from "../../trust/index.ts";
import { advisoryFolder } from "../advisory-folder.ts";
import type { ChangeFlags } from "../flags.ts";
import { keyOptions, withVoyage } from "../host.ts";
import { type Outcome, reporting } from "../outcome.ts";
import { namedImages } from "./sign.run.ts";

export interface Flags extends ChangeFlags {
  readonly key?: string;
  readonly predicate?: string;
  readonly type?: string;
  readonly db?: string;
}

/** As large as a statement may be. */
const MAX_PREDICATE_BYTES = 32 * 1024 * 1024;

interface Told {
  readonly image: string;
  readonly attested: readonly string[];
  readonly outcome: string;
}

type Named = Reference & { readonly digest: Digest };

const claimOf = (cwd: string, { type, predicate }: Flags): { readonly predicateType: string; readonly predicate: object } | undefined => {
  if (type === undefined && predicate === undefined) return undefined;
  if (type === undefined || predicate === undefined) throw new SeaworthyError("USAGE", "--type and --predicate belong together");
  const predicateType = predicateTypeOf(type);
  if (predicateType === undefined)
    throw new SeaworthyError(
      "USAGE",
      `"${type.slice(0, 80)}" is no type of statement: expected ${Object.keys(PREDICATES).join(", ")} or a URI`,
    );
  const path = resolve(cwd, predicate);
  const text = readTextFile(path, MAX_PREDICATE_BYTES);
  return { predicateType, predicate: parseJsonObject(Buffer.from(text), path, MAX_PREDICATE_BYTES) };
};

const attestScan = async (
  voyage: Voyage,
  folder: string,
  store: AttestationStore,
  image: Named,
  key: SigningKey | undefined,
): Promise<readonly Told[]> => {
  using advisories = openAdvisories(folder, voyage);
  const subjects = await remoteSubjects(voyage, image);
  const told: Told[] = [];
  for (const subject of subjects) {
    const attested = ["cyclonedx", "spdx", ...(advisories === undefined ? [] : ["vuln"])];
    const name = formatReference(byDigest(image, subject.digest));
    if (key === undefined) {
      told.push({ image: name, attested, outcome: "would be attested" });
      continue;
    }
    const inventory = await inventoryOfSubject(voyage, subject);
    const about = { repository: image, digest: subject.digest, index: subject.index, amongOthers: subjects.length > 1, inventory };
    const done = advisories === undefined ? {} : { done: { ...advisories.look(inventory), tool: voyage.tool } };
    const added = await attestImage(store, { ...about, ...done }, key, voyage);
    told.push({ image: name, attested, outcome: added === 0 ? "already" : "attested" });
  }
  if (advisories === undefined)
    voyage.progress.note(`there are no advisories in ${folder}: no scan is attested (seaworthy db update fetches them)`);
  return told;
};

export const run = reporting<Flags, string[]>((context, flags, ...names) =>
  withVoyage(context, flags, async (voyage): Promise<Outcome> => {
    const claim = claimOf(context.cwd, flags);
    const store = registryStore(voyage.harbour.client);
    const key =
      flags.dryRun === true
        ? undefined
        : await signingKey(voyage.project, voyage.state, keyOptions(context, flags.key === undefined ? {} : { path: flags.key }));
    const told: Told[] = [];
    for (const image of await namedImages(voyage, names)) {
      const { digest } = image;
      if (digest === undefined) continue;
      if (claim === undefined)
        told.push(...(await attestScan(voyage, advisoryFolder(context, flags.db), store, { ...image, digest }, key)));
      else {
        const outcome = key === undefined ? "would be attested" : (await attest(store, image, digest, claim, key)).outcome;
        told.push({ image: formatReference(byDigest(image, digest)), attested: [flags.type ?? claim.predicateType], outcome });
      }
    }
    return {
      exit: 0,
      human: [
        ...told.map(({ image, attested, outcome }) => `${outcome}  ${image}\n        ${attested.join(", ")}`),
        ...(key === undefined ? [] : [`key ${key.publicKey.fingerprint} (${key.publicKey.path})`]),
      ].join("\n"),
      json: { schema: "seaworthy/attest@1", ...(key === undefined ? {} : { key: key.publicKey.fingerprint }), attested: told },
    };
  }),
);
