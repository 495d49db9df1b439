/** The parts of Compose's one-line forms, as far as text alone tells them. Merging needs them for identity, the project's readers for meaning. */
export interface ShortPort {
  readonly host?: string;
  /** `8080` or `8080-8090`; empty or absent: the engine picks. */
  readonly published?: string;
  readonly target: string;
  readonly protocol: string;
}

/** `[HOST:][PUBLISHED:]TARGET[/PROTOCOL]`; an IPv6 host stands in brackets. Undefined when there are too many parts. */
export const splitPort = (text: string): ShortPort | undefined => {
  const slash = text.lastIndexOf("/");
  const protocol = slash < 0 ? "tcp" : text.slice(slash + 1).toLowerCase();
  const rest = slash < 0 ? text : text.slice(0, slash);
  const bracket = /^\[([0-9a-fA-F:.%]+)\]:(.*)$/.exec(rest);
  const parts = (bracket?.[2] ?? rest).split(":");
  const target = parts.pop() ?? "";
  const published = parts.pop();
  const plainHost = parts.join(":");
  if (parts.length > 1 && !/^[0-9a-fA-F:]+$/.test(plainHost)) return undefined;
  if (bracket !== null && parts.length > 0) return undefined;
  const host = bracket?.[1] ?? (plainHost === "" ? undefined : plainHost);
  return {
    ...(host === undefined ? {} : { host }),
    ...(published === undefined || published === "" ? {} : { published }),
    target,
    protocol,
  };
};

export interface ShortVolume {
  readonly source?: string;
  readonly target: string;
  readonly options: readonly string[];
}

/**
 * `[SOURCE:]TARGET[:OPTIONS]`. Undefined when there are too many parts or an empty one. Engines are Linux here: `c:/data` is the volume `c`, not a drive.
 */
export const splitVolume = (text: string): ShortVolume | undefined => {
  const parts = text.split(":");
  if (parts.length > 3 || parts.some((part) => part === "")) return undefined;
  const [first = "", second, third] = parts;
  if (second === undefined) return { target: first, options: [] };
  return { source: first, target: second, options: third === undefined ? [] : third.split(",") };
};

/** Whether the source of a short volume is a path on the host rather than the name of a volume. */
export const isHostPath = (source: string): boolean => /^[./~\\]/.test(source);
