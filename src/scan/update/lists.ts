import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { wordsOf } from "../../core/index.ts";
import { readProducts } from "../database/endoflife.ts";
import type { Epss } from "../database/epss.ts";
import { readCatalogue } from "../database/exploited.ts";
import type { Edition } from "../database/edition.ts";
import { linesOf } from "./changes.ts";
import { download, dropDownload } from "./download.ts";
import { MirrorError } from "./mirror-error.ts";
import type { Remote } from "./remote.ts";
import type { ListName } from "./sources.ts";

const MAX_LIST_BYTES = 64 * 1024 * 1024;
const MAX_SCORES_BYTES = 512 * 1024 * 1024;
const MAX_SCORES = 5_000_000;

const ROW = /^(CVE-\d{4}-\d{4,9}),([01](?:\.\d{1,20})?(?:e-\d{1,2})?),([01](?:\.\d{1,20})?(?:e-\d{1,2})?)$/;

/** Rows of EPSS's file (first.org/epss/data_stats): a comment with the day, a heading, a line for each CVE. @throws Error for what is none */
export async function* epssRows(
  body: AsyncIterable<unknown>,
  onDate: (date: string) => void,
): AsyncGenerator<Epss & { readonly cve: string }, void, undefined> {
  let [bytes, rows] = [0, 0];
  const bounded = async function* () {
    for await (const chunk of body) {
      bytes += (chunk as Buffer).length;
      if (bytes > MAX_SCORES_BYTES) throw new Error(`it unpacks to more than ${MAX_SCORES_BYTES} bytes`);
      yield chunk;
    }
  };
  for await (const line of linesOf(bounded())) {
    const [, date] = /^#.*\bscore_date:(\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}:\d{2}(?:Z|[+-]\d{2}:?\d{2}))?)/.exec(line) ?? [];
    if (date !== undefined) onDate(date);
    if (line.startsWith("#") || line === "" || line === "cve,epss,percentile") continue;
    const [, cve = "", probability, percentile] = ROW.exec(line) ?? [];
    if (cve === "" || (rows += 1) > MAX_SCORES) throw new Error(`its line ${JSON.stringify(line.slice(0, 100))} is no score`);
    yield { cve, probability: Number(probability), percentile: Number(percentile) };
  }
  if (rows === 0) throw new Error("it holds no scores");
}

const takeScores = async (remote: Remote, url: URL, folder: string, edition: Edition): Promise<string | undefined> => {
  const downloaded = await download(remote, url, folder, { maxBytes: MAX_LIST_BYTES });
  if (downloaded === undefined) return undefined;
  try {
    let date: string | undefined;
    const file = createReadStream(downloaded.path);
    const input = url.pathname.endsWith(".gz") ? file.pipe(createGunzip()) : file;
    file.on("error", (error) => input.destroy(error));
    await edition.epss(
      epssRows(input, (day) => (date = day)),
      () => date,
    );
    return date;
  } finally {
    dropDownload(downloaded);
  }
};

/** Takes a list into an edition. The day that its publisher gives it comes back. @throws MirrorError for what is no such list */
export const takeList = async (
  name: ListName,
  remote: Remote,
  url: URL,
  { folder, edition }: { readonly folder: string; readonly edition: Edition },
): Promise<string | undefined> => {
  try {
    if (name === "epss") return await takeScores(remote, url, folder, edition);
    const text = (await remote.read(url, MAX_LIST_BYTES)).toString("utf8");
    if (name === "exploited") {
      const list = readCatalogue(text, url.href);
      if (Object.keys(list.cves).length === 0) throw new Error("it lists nothing");
      await edition.exploited(list);
      return list.date;
    }
    const { products, date } = readProducts(text);
    await edition.endoflife(products, Object.keys(products).length, date);
    return date;
  } catch (error) {
    if (error instanceof MirrorError || !(error instanceof Error) || error.name === "AbortError" || "errno" in error) throw error;
    throw new MirrorError("broken", `${url.host}${url.pathname} cannot be used: ${wordsOf(error)}`, { cause: error });
  }
};
