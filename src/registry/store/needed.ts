/** What somebody counts on from now on: a manifest that was pushed, asked for or brought back, and what an index that was pushed names. */
export interface Needed {
  tell(digest: string): void;
  /** Remembers what is told until it ends. One at a time. */
  watch(): NeededWatch;
}

export interface NeededWatch {
  /** All that was told since it began. */
  readonly told: ReadonlySet<string>;
  /** Who hears of it at once. */
  onTold(listener: (digest: string) => void): void;
  end(): void;
}

export const createNeeded = (): Needed => {
  let tell: ((digest: string) => void) | undefined;
  return {
    tell: (digest) => tell?.(digest),
    watch: () => {
      const told = new Set<string>();
      let heard: (digest: string) => void = () => undefined;
      tell = (digest) => {
        told.add(digest);
        heard(digest);
      };
      return {
        told,
        onTold: (listener) => {
          heard = listener;
        },
        end: () => {
          tell = undefined;
        },
      };
    },
  };
};
