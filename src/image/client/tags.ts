import * as v from "valibot";
import { isTag, SeaworthyError } from "../../core/index.ts";
import { refusal } from "./failure.ts";
import { discard, readBounded } from "./http.ts";
import { nextPage } from "./pages.ts";
import { type Asked, scopeOf, type Session } from "./session.ts";
import type { Repository } from "./types.ts";

const PAGE = 1000;
const MAX_PAGES = 1000;
const MAX_TAGS = 1_000_000;
const MAX_PAGE_BYTES = 4 * 1024 * 1024;

const schema = v.looseObject({ tags: v.nullish(v.array(v.string())) });

/** Follows pages (distribution-spec, "Listing Tags"), bounded and only at the registry's own address (oras-go GHSA-h7vf-4x9w-h99v). */
export const listTags = async (session: Session, repository: Repository): Promise<readonly string[]> => {
  const tried = `list the tags of ${repository.registry}/${repository.repository}`;
  const tags = new Set<string>();
  const seen = new Set<string>();
  let at: Asked["at"] | undefined = `${repository.repository}/tags/list?n=${PAGE}`;
  while (at !== undefined) {
    const answer = await session.ask({ ...repository, scopes: [scopeOf(repository, "pull")], method: "GET", at, tried });
    if (answer.status === 404 && seen.size === 0) {
      await discard(answer);
      return [];
    }
    if (answer.status !== 200) throw await refusal(answer, tried, repository);
    const body = Buffer.from(await readBounded(answer, MAX_PAGE_BYTES)).toString("utf8");
    let page: v.InferOutput<typeof schema>;
    try {
      page = v.parse(schema, JSON.parse(body));
    } catch (error) {
      throw new SeaworthyError("REGISTRY_REFUSED", `${tried}: the answer is no tag list`, { cause: error });
    }
    for (const tag of page.tags ?? []) if (isTag(tag)) tags.add(tag);
    if (tags.size > MAX_TAGS) throw new SeaworthyError("INPUT_TOO_LARGE", `${tried}: there are more than ${MAX_TAGS}`);
    at = await nextPage(session, repository, answer, seen, MAX_PAGES, tried);
  }
  return [...tags].sort();
};
