import { SeaworthyError } from "../../core/index.ts";
import type { Answer } from "./http.ts";
import { guardedTarget } from "./redirect.ts";
import type { Session, Target } from "./session.ts";
import type { Repository } from "./types.ts";

const NEXT = /<([^>]{1,4096})>\s*;[^,]*\brel="?next"?/i;

/**
 * The page after this one (RFC 8288), undefined after the last. Only at the registry's own address, never one seen before, and not without end
 * (oras-go GHSA-h7vf-4x9w-h99v, GHSA-298f-872v-2rcx). @throws REGISTRY_REFUSED
 */
export const nextPage = async (
  session: Session,
  repository: Repository,
  answer: Answer,
  seen: Set<string>,
  maxPages: number,
  tried: string,
): Promise<Target | undefined> => {
  seen.add(answer.url.href);
  const link = NEXT.exec(answer.headers["link"]?.toString() ?? "")?.[1];
  if (link === undefined) return undefined;
  const url = guardedTarget(link, answer);
  if (url.origin !== (await session.endpoint(repository.registry)).origin || seen.has(url.href) || seen.size >= maxPages)
    throw new SeaworthyError("REGISTRY_REFUSED", `${tried}: its pages lead elsewhere, in a circle, or do not end`);
  return { url, reach: "anywhere" };
};
