/** What an image says it is (freedesktop.org/software/systemd/man/os-release). */
export interface Distribution {
  /** `debian`, `alpine`. */
  readonly id: string;
  /** `12`, `3.20.1`; absent of those that have no releases. */
  readonly version?: string;
  /** For people. */
  readonly name: string;
}

const OS_RELEASE = ["etc/os-release", "usr/lib/os-release"] as const;
export const isOsRelease = (path: string): boolean => (OS_RELEASE as readonly string[]).includes(path);

const unquoted = (value: string): string => value.replace(/^(["'])(.*)\1$/, "$2").replaceAll(/\\(["'$`\\])/g, "$1");

/** Undefined when it does not say. */
export const distributionOf = (text: string): Distribution | undefined => {
  const fields = new Map(
    text.split(/\r?\n/).flatMap((line) => {
      const [, key, value = ""] = /^([A-Z_]+)=(.{0,500})$/.exec(line.trim()) ?? [];
      return key === undefined ? [] : [[key, unquoted(value)] as const];
    }),
  );
  const [id = "", version = "", name = id] = [fields.get("ID"), fields.get("VERSION_ID"), fields.get("PRETTY_NAME")];
  return id === "" ? undefined : { id, ...(version === "" ? {} : { version }), name };
};
