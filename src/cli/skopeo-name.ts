/** skopeo's words for where an image is, for whoever does not want it to be found out (containers-transports(5)). */
export interface SkopeoName {
  readonly transport: "docker" | "docker-daemon" | "dir" | "oci" | "oci-archive" | "docker-archive";
  /** What stands behind the colon. */
  readonly rest: string;
}

const PREFIX = /^(?:(docker):\/\/|(docker-daemon|dir|oci|oci-archive|docker-archive):)(.+)$/s;

export const skopeoName = (text: string): SkopeoName | undefined => {
  const match = PREFIX.exec(text);
  const transport = match?.[1] ?? match?.[2];
  switch (transport) {
    case "docker":
    case "docker-daemon":
    case "dir":
    case "oci":
    case "oci-archive":
    case "docker-archive":
      return { transport, rest: match?.[3] ?? "" };
    default:
      return undefined;
  }
};

/** `PATH` or `PATH:NAME`. */
export const pathAndName = (text: string): { readonly path: string; readonly name?: string } => {
  const [, path = text, name] = /^([^:]+)(?::(.+))?$/s.exec(text) ?? [];
  return name === undefined ? { path } : { path, name };
};
