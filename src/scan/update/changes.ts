import { MirrorError } from "./mirror-error.ts";
import { brokenBy, type Remote } from "./remote.ts";

/** An id names a file of the server and nothing above it. */
const ID = /^[A-Za-z0-9][A-Za-z0-9:._+-]{0,200}$/;
const TIME = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(?:Z|[+-]00:00)$/;
/** A list is read no further, whatever comes. */
const MAX_LINES = 3_000_000;
const MAX_LINE = 1000;

/** Lines of a body, without their ends. @throws Error for one that is too long */
export async function* linesOf(body: AsyncIterable<unknown>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > MAX_LINE) throw new Error(`a line has more than ${MAX_LINE} characters`);
    for (const line of lines) yield line.endsWith("\r") ? line.slice(0, -1) : line;
  }
  if (rest !== "") yield rest;
}

/** A time of OSV with all its digits, so that two of them compare as texts; undefined for what is none. */
export const momentOf = (written: string): string | undefined => {
  const [, second, fraction = ""] = TIME.exec(written) ?? [];
  return second === undefined ? undefined : `${second}.${fraction.padEnd(9, "0")}Z`;
};

export interface Changes {
  /** Moment of the newest line; undefined for an empty list. */
  readonly newest: string | undefined;
  /** Ids that changed since, the newest first; undefined when there are more than were asked for, or it is not known since when. */
  readonly ids: readonly string[] | undefined;
}

/**
 * Reads OSV's list of changes (`modified_id.csv`: `TIME,ID` or `TIME,FOLDER/ID`, newest first) down to what is known, and no further.
 * @throws MirrorError for what is no such list
 */
export const readChanges = async (remote: Remote, url: URL, since: string | undefined, most: number): Promise<Changes> => {
  const answer = await remote.ask(url);
  const ids = new Set<string>();
  let [newest, lines]: [string | undefined, number] = [undefined, 0];
  try {
    for await (const line of linesOf(answer.stream)) {
      if (line.trim() === "") continue;
      const [written = "", path = ""] = line.trim().split(",");
      const id = path.slice(path.lastIndexOf("/") + 1);
      const time = momentOf(written);
      if (time === undefined || !ID.test(id) || (lines += 1) > MAX_LINES)
        throw new MirrorError(
          "broken",
          `${url.host}${url.pathname}:${lines + 1} is no list of changes: ${JSON.stringify(line.slice(0, 100))}`,
        );
      newest ??= time;
      if (since === undefined) return { newest, ids: undefined };
      if (newest <= since) return { newest, ids: [] };
      // What changed in the very moment that was known may not have been there then.
      if (time < since) return { newest, ids: [...ids] };
      ids.add(id);
      if (ids.size > most) return { newest, ids: undefined };
    }
    return { newest, ids: since === undefined ? undefined : [...ids] };
  } catch (error) {
    throw brokenBy(error, url);
  } finally {
    answer.stream.destroy();
  }
};
