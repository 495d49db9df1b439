import { may } from "../auth/index.ts";
import { Refusal } from "../refusal.ts";
import { type Exchange, json } from "./exchange.ts";
import type { Service } from "./service.ts";

/** Pages are bounded whatever `n` asks for (GHSA-hqxw-f8mx-cpmw: `n` sized an allocation). */
const MAX_PAGE = 10_000;

/** One page after `last`, and the Link to the next where there is more (distribution-spec, "Listing Tags"). */
const page = (
  exchange: Exchange,
  path: string,
  list: (last: string, count: number) => readonly string[],
): { readonly names: readonly string[]; readonly headers: Record<string, string> } => {
  const asked = exchange.query.get("n");
  if (asked !== null && !/^\d+$/.test(asked)) throw new Refusal(400, "UNSUPPORTED", `"${asked.slice(0, 40)}" is not a number of entries`);
  const count = Math.min(asked === null ? MAX_PAGE : Number(asked), MAX_PAGE);
  const names = list(exchange.query.get("last") ?? "", count + 1);
  const shown = names.slice(0, count);
  const last = shown.at(-1);
  const more = names.length > count && last !== undefined;
  return { names: shown, headers: more ? { link: `<${path}?n=${count}&last=${encodeURIComponent(last)}>; rel="next"` } : {} };
};

export const listTags = (service: Service, exchange: Exchange, repository: string): void => {
  const { names, headers } = page(exchange, `/v2/${repository}/tags/list`, (last, count) =>
    service.store.tags.list(repository, last, count),
  );
  json(exchange, 200, { name: repository, tags: names }, headers);
};

const CATALOG_STEP = 1000;

/** Only what the caller may pull: pages are filled from what is left, so their lengths tell nothing either. */
const readable = (service: Service, exchange: Exchange, last: string, count: number): readonly string[] => {
  const names: string[] = [];
  for (let after = last; names.length < count;) {
    const step = service.store.repositories(after, CATALOG_STEP);
    names.push(...step.filter((name) => may(exchange.caller, "pull", name)).slice(0, count - names.length));
    const end = step.at(-1);
    if (end === undefined || step.length < CATALOG_STEP) break;
    after = end;
  }
  return names;
};

export const listCatalog = (service: Service, exchange: Exchange): void => {
  const { names, headers } = page(exchange, "/v2/_catalog", (last, count) => readable(service, exchange, last, count));
  json(exchange, 200, { repositories: names }, headers);
};
