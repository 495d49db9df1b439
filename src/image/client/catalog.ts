import * as v from "valibot";
import { isRepository, SeaworthyError } from "../../core/index.ts";
import { refusal } from "./failure.ts";
import { readBounded } from "./http.ts";
import { nextPage } from "./pages.ts";
import type { Asked, Session } from "./session.ts";

const PAGE = 1000;
const MAX_PAGES = 1000;
const MAX_PAGE_BYTES = 4 * 1024 * 1024;

const schema = v.looseObject({ repositories: v.nullish(v.array(v.string())) });

/**
 * All repositories of a registry, sorted, by `_catalog`, which is Docker's and not in the OCI specification: Docker Hub, GHCR and others have none.
 * @throws REGISTRY_REFUSED, REGISTRY_UNREACHABLE; IMAGE_NOT_FOUND where there is no such list
 */
export const listCatalog = async (session: Session, registry: string): Promise<readonly string[]> => {
  const tried = `list the repositories of ${registry}`;
  const names = new Set<string>();
  const seen = new Set<string>();
  let at: Asked["at"] | undefined = `_catalog?n=${PAGE}`;
  while (at !== undefined) {
    const answer = await session.ask({ registry, scopes: ["registry:catalog:*"], method: "GET", at, tried });
    if (answer.status !== 200) throw await refusal(answer, tried);
    const body = Buffer.from(await readBounded(answer, MAX_PAGE_BYTES)).toString("utf8");
    try {
      for (const name of v.parse(schema, JSON.parse(body)).repositories ?? []) if (isRepository(name)) names.add(name);
    } catch (error) {
      throw new SeaworthyError("REGISTRY_REFUSED", `${tried}: the answer is no list of repositories`, { cause: error });
    }
    at = await nextPage(session, { registry, repository: "" }, answer, seen, MAX_PAGES, tried);
  }
  return [...names].sort();
};
