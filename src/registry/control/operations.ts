import * as v from "valibot";
import { type Clock, type Digest, isDigest, isTag, parseDigest, SeaworthyError } from "../../core/index.ts";
import type { Policy } from "../policy/policy.ts";
import { Refusal } from "../refusal.ts";
import type { Reload, ReloadReport } from "../reload.ts";
import type { CollectReport } from "../store/collect.ts";
import type { RepositoryOverview, TagOverview } from "../store/overview.ts";
import type { RetainReport } from "../store/retain.ts";
import type { ScrubReport } from "../store/scrub.ts";
import type { Store } from "../store/store.ts";
import type { TrashedOperation, Undone } from "../store/undo.ts";
import { REQUESTS, type RequestName } from "./requests.ts";

export interface Removed {
  readonly repository: string;
  /** Tags that went, or would. */
  readonly tags: readonly string[];
  readonly digest: string;
  readonly dryRun: boolean;
}

/** What each request is answered with. */
export interface Answers {
  readonly repositories: readonly RepositoryOverview[];
  readonly tags: readonly TagOverview[];
  readonly remove: Removed;
  readonly trash: readonly TrashedOperation[];
  readonly undo: Undone;
  readonly retain: RetainReport;
  readonly collect: CollectReport;
  readonly scrub: ScrubReport;
  readonly reload: ReloadReport;
}

export interface Upkeep {
  readonly store: Store;
  readonly policy: Policy;
  readonly clock: Clock;
  readonly liveDigests: () => Promise<ReadonlySet<Digest>>;
  /** Only of a registry that serves: any other reads its settings when it is opened. */
  readonly reload?: Reload;
}

export interface Watching {
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((words: string) => void) | undefined;
}

const MIB = 1024 * 1024;

const remove = async (upkeep: Upkeep, asked: v.InferOutput<typeof REQUESTS.remove>, live: ReadonlySet<Digest>): Promise<Removed> => {
  const { manifests, tags, overview } = upkeep.store;
  const { repository, tag, digest, dryRun } = asked;
  const reference = tag ?? digest ?? "";
  if ((tag === undefined) === (digest === undefined) || (tag !== undefined && !isTag(tag)) || (digest !== undefined && !isDigest(digest)))
    throw new SeaworthyError("INPUT_INVALID", "expected one tag or one digest to remove");
  const found = manifests.get(repository, reference);
  if (found === undefined) throw new Refusal(404, "MANIFEST_UNKNOWN", `${repository} has no manifest ${reference}`);
  const all = digest === undefined ? [reference] : overview.tags(repository).flatMap((one) => (one.digest === digest ? [one.tag] : []));
  if (digest !== undefined && live.has(parseDigest(digest)))
    throw new Refusal(409, "DENIED", `${digest} is deployed; deploy another release before deleting it`);
  if (!dryRun) {
    if (tag === undefined) manifests.delete(repository, found.digest);
    else tags.delete(repository, tag);
  }
  return { repository, tags: all, digest: found.digest, dryRun };
};

/** Carries out one request. `input` came over a socket: it is checked here. @throws INPUT_INVALID, a Refusal, and what the work throws */
export const perform = async (
  upkeep: Upkeep,
  name: RequestName,
  input: unknown,
  { signal, progress }: Watching,
): Promise<Answers[RequestName]> => {
  const { store, policy, clock } = upkeep;
  const parse = <S extends v.GenericSchema>(schema: S): v.InferOutput<S> => {
    const parsed = v.safeParse(schema, input);
    if (!parsed.success) throw new SeaworthyError("INPUT_INVALID", `${name}: ${parsed.issues[0].message}`);
    return parsed.output;
  };
  const liveWith = async (more: readonly string[]): Promise<ReadonlySet<Digest>> =>
    new Set([...(await upkeep.liveDigests()), ...more.map(parseDigest)]);
  switch (name) {
    case "repositories":
      return store.overview.repositories();
    case "tags":
      return store.overview.tags(parse(REQUESTS.tags).repository);
    case "remove": {
      const asked = parse(REQUESTS.remove);
      return remove(upkeep, asked, await liveWith(asked.live));
    }
    case "trash":
      return store.trash.list(50);
    case "undo": {
      const { operation, tag } = parse(REQUESTS.undo);
      return tag === undefined ? store.trash.undo(operation) : store.trash.undoTag(tag.repository, tag.tag);
    }
    case "retain": {
      const { live, ...asked } = parse(REQUESTS.retain);
      return store.retain({ ...asked, liveDigests: await liveWith(live) });
    }
    case "collect": {
      const { live, ...asked } = parse(REQUESTS.collect);
      return store.collect({ ...asked, liveDigests: await liveWith(live), signal });
    }
    case "reload": {
      if (upkeep.reload === undefined)
        throw new SeaworthyError("REGISTRY_UNREACHABLE", "no registry serves this folder, so there is nothing to reload", {
          hint: "Its settings are read when seaworthy registry serve starts; they have no mistake.",
        });
      return upkeep.reload(parse(REQUESTS.reload));
    }
    case "scrub": {
      const { unlessWithinMs, bytesPerSecond = policy.settings.scrub.bytesPerSecond } = parse(REQUESTS.scrub);
      return store.scrub({
        verifiedBefore: clock.now() + 1 - unlessWithinMs,
        bytesPerSecond,
        signal,
        progress: ({ blobs, readBytes }) => progress?.(`${blobs} blobs, ${Math.round(readBytes / MIB)} MiB`),
      });
    }
  }
};
