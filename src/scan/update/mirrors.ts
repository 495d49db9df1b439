import { type Clock, forTerminal, SeaworthyError } from "../../core/index.ts";
import { MirrorError } from "./mirror-error.ts";

const ROUNDS = 3;
const FIRST_WAIT_MS = 1000;
/** Whoever asks for more patience than this is taken as away. */
const LONGEST_WAIT_MS = 60_000;

/** Places that have the same files, in the order in which they are asked. */
export interface Mirrors {
  /**
   * What `use` makes of the file at the first place that has it whole. A place that is busy is left alone for as long as it asked; when none is left they are
   * asked again, three times in all. Undefined: every place says that it has no such file.
   * @throws ADVISORIES_UNREACHABLE with what each answered
   */
  from<T>(path: string, use: (url: URL) => Promise<T>): Promise<T | undefined>;
}

/** An address as a folder: what is asked for lies below it. */
const asFolder = (base: string): URL => new URL(base.endsWith("/") ? base : `${base}/`);

/** @throws USAGE for what is no address that files can be fetched from */
export const parseMirror = (written: string): URL => {
  const url = URL.canParse(written) ? asFolder(written) : undefined;
  if (url === undefined || (url.protocol !== "https:" && url.protocol !== "http:"))
    throw new SeaworthyError("USAGE", `"${written.slice(0, 200)}" is no address of advisories: expected https://HOST/PATH`);
  if (url.username !== "" || url.password !== "")
    throw new SeaworthyError("USAGE", "an address of advisories carries no user name or password");
  return url;
};

export interface MirrorOptions {
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  /** Told of what was tried and did not go. */
  readonly note: (words: string) => void;
}

export const createMirrors = (places: readonly URL[], { clock, signal, note }: MirrorOptions): Mirrors => {
  const restsUntil = new Map<URL, number>();
  return {
    from: async (path, use) => {
      const failures: string[] = [];
      for (let round = 1; ; round += 1) {
        let missing = 0;
        for (const place of places) {
          if ((restsUntil.get(place) ?? 0) > clock.now()) continue;
          try {
            return await use(new URL(path, place));
          } catch (error) {
            if (!(error instanceof MirrorError)) throw error;
            if (error.kind === "missing") missing += 1;
            else if (!failures.includes(error.message)) note(forTerminal(error.message));
            failures.push(error.message);
            restsUntil.set(place, clock.now() + (error.retryAfterMs ?? (error.kind === "busy" ? FIRST_WAIT_MS * 2 ** (round - 1) : 0)));
          }
        }
        if (missing === places.length) return undefined;
        const waitMs = Math.max(
          FIRST_WAIT_MS * 2 ** (round - 1),
          Math.min(...places.map((place) => (restsUntil.get(place) ?? 0) - clock.now())),
        );
        if (round >= ROUNDS || waitMs > LONGEST_WAIT_MS)
          throw new SeaworthyError(
            "ADVISORIES_UNREACHABLE",
            `${path === "" ? (places[0]?.href ?? "") : path}: ${places.length === 1 ? "it" : "none of the mirrors"} could not be fetched`,
            {
              problems: [...new Set(failures)].map((one) => forTerminal(one)),
            },
          );
        await clock.sleep(waitMs, signal);
      }
    },
  };
};
