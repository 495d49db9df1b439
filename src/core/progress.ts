/** What a long operation tells whoever watches. The CLI paints it, `--json` leaves it out, tests collect it. */
export interface Progress {
  /** A step began. `subject` says on what, e.g. an image or a container. */
  begin(step: string, subject?: string): void;
  /** Words worth seeing while it runs. */
  note(words: string): void;
  /** The step ended well. */
  end(step: string, result?: string): void;
}

export const silentProgress: Progress = { begin: () => undefined, note: () => undefined, end: () => undefined };
