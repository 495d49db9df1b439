import * as v from "valibot";
import { algorithmOf, type Digest, hexOf, isTag } from "../../core/index.ts";
import { type Answer, type Descriptor, MAX_MANIFEST_BYTES, MEDIA, parseManifest, readBounded } from "../../image/index.ts";
import { Refusal } from "../refusal.ts";
import type { MirroredManifest } from "./manifests.ts";
import type { Place } from "./place.ts";
import { falseAnswer, refusalOf } from "./refusals.ts";
import type { Upstream } from "./upstream.ts";

export interface TagsPage {
  readonly tags: readonly string[];
  /** The `last` of the next page, where upstream says that there is one. */
  readonly next?: string;
}

export interface ReferrersPage {
  readonly entries: readonly Descriptor[];
}

const MAX_LIST_BYTES = 4 * 1024 * 1024;
const tagsSchema = v.looseObject({ tags: v.nullish(v.array(v.string())) });

const bytesOf = async (host: string, answer: Answer, maxBytes: number): Promise<Uint8Array> => {
  try {
    return await readBounded(answer, maxBytes);
  } catch {
    throw falseAnswer(host, `a list that breaks off or has more than ${maxBytes} bytes`);
  }
};

const hasNext = ({ headers }: Answer): boolean => /;\s*rel="?next"?/i.test(headers["link"]?.toString() ?? "");

/** One page of upstream's own list. Its Link is not followed and not handed on: where the next page begins follows from the last tag. */
export const listTags = async (
  upstream: Upstream,
  place: Place,
  page: { readonly count: number | undefined; readonly last: string | undefined },
): Promise<TagsPage> => {
  const query = new URLSearchParams({
    ...(page.count === undefined ? {} : { n: String(page.count) }),
    ...(page.last === undefined ? {} : { last: page.last }),
  });
  const told = await upstream.ask("GET", place.upstream, `tags/list${query.size === 0 ? "" : `?${query.toString()}`}`);
  if (told.kind !== "found")
    throw refusalOf(upstream.host, told, new Refusal(404, "NAME_UNKNOWN", `there is no repository ${place.upstream} upstream`));
  const text = Buffer.from(await bytesOf(upstream.host, told.answer, MAX_LIST_BYTES)).toString("utf8");
  let tags: readonly string[];
  try {
    tags = (v.parse(tagsSchema, JSON.parse(text)).tags ?? []).filter(isTag);
  } catch {
    throw falseAnswer(upstream.host, "no list of tags");
  }
  const last = tags.at(-1);
  return { tags, ...(hasNext(told.answer) && last !== undefined && last !== page.last ? { next: last } : {}) };
};

const entriesOf = (host: string, bytes: Uint8Array): ReferrersPage => {
  try {
    const index = parseManifest(bytes, { mediaType: MEDIA.ociIndex });
    return { entries: index.kind === "index" ? index.manifests : [] };
  } catch {
    throw falseAnswer(host, "no list of referrers");
  }
};

/** By the referrers API, else by the fallback tag (distribution-spec, "Unavailable Referrers API"). Undefined when upstream cannot be asked. */
export const listReferrers = async (
  upstream: Upstream,
  place: Place,
  subject: Digest,
  manifest: (tag: string) => Promise<MirroredManifest>,
): Promise<ReferrersPage | undefined> => {
  const told = await upstream.ask("GET", place.upstream, `referrers/${subject}`);
  if (told.kind === "found") return entriesOf(upstream.host, await bytesOf(upstream.host, told.answer, MAX_MANIFEST_BYTES));
  if (told.kind === "away") return undefined;
  if (told.kind === "denied") throw refusalOf(upstream.host, told, new Refusal(404, "NAME_UNKNOWN", "unreachable"));
  try {
    return entriesOf(upstream.host, (await manifest(`${algorithmOf(subject)}-${hexOf(subject).slice(0, 64)}`)).bytes);
  } catch (error) {
    if (error instanceof Refusal && error.status === 404) return { entries: [] };
    throw error;
  }
};
