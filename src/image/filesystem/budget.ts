import { type Clock, SeaworthyError, systemClock } from "../../core/index.ts";

export interface BudgetOptions {
  /** Bytes of all layers and archives together, once unpacked. Default 64 GiB. */
  readonly maxBytes?: number;
  /** Files, folders and links of all layers together. Default 2,000,000. */
  readonly maxEntries?: number;
  /** Files that are remembered. Default 200,000. */
  readonly maxNotes?: number;
  /** Bytes of memory that what is remembered takes, as it is weighed. Default 256 MiB. */
  readonly maxNotedBytes?: number;
  /** Bytes of files that are looked into. What is over it is not looked into. Default 256 MiB. */
  readonly maxContentBytes?: number;
  /** Default 10 minutes. */
  readonly timeoutMs?: number;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
}

/** What the reading of one image may cost, whatever the image claims. */
export interface Budget {
  /** @throws INPUT_TOO_LARGE, DEADLINE, or the signal's reason */
  bytes(count: number): void;
  /** @throws INPUT_TOO_LARGE */
  entry(): void;
  /** Bytes of memory that it takes, roughly. @throws INPUT_TOO_LARGE */
  note(bytes: number): void;
  /** Whether so many bytes may still be looked into; if so they are counted. */
  content(count: number): boolean;
}

const GIB = 1024 ** 3;

const tooLarge = (what: string): SeaworthyError =>
  new SeaworthyError("INPUT_TOO_LARGE", `the image has ${what}`, {
    hint: "No usual image is like this: it was not read further. Do not run it before you know where it comes from.",
  });

export const createBudget = (options: BudgetOptions = {}): Budget => {
  const {
    maxBytes = 64 * GIB,
    maxEntries = 2_000_000,
    maxNotes = 200_000,
    maxNotedBytes = GIB / 4,
    maxContentBytes = GIB / 4,
    timeoutMs = 600_000,
  } = options;
  const clock = options.clock ?? systemClock;
  const end = clock.elapsed() + timeoutMs;
  const spent = { bytes: 0, entries: 0, notes: 0, notedBytes: 0, content: 0 };
  return {
    bytes: (count) => {
      options.signal?.throwIfAborted();
      if (clock.elapsed() > end)
        throw new SeaworthyError("DEADLINE", `the image was not read within ${Math.round(timeoutMs / 1000)} s`, {
          hint: "Nothing was changed. Try it where image and engine are near, or on a smaller image.",
        });
      spent.bytes += count;
      if (spent.bytes > maxBytes) throw tooLarge(`more than ${maxBytes} bytes once unpacked`);
    },
    entry: () => {
      spent.entries += 1;
      if (spent.entries > maxEntries) throw tooLarge(`more than ${maxEntries} files`);
    },
    note: (bytes) => {
      spent.notes += 1;
      spent.notedBytes += bytes;
      if (spent.notes > maxNotes) throw tooLarge(`more than ${maxNotes} files that are worth a look`);
      if (spent.notedBytes > maxNotedBytes) throw tooLarge(`more than ${maxNotedBytes} bytes of names, packages and links to remember`);
    },
    content: (count) => {
      if (spent.content + count > maxContentBytes) return false;
      spent.content += count;
      return true;
    },
  };
};
