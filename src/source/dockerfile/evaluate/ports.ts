/** What one word of EXPOSE opens. */
export interface ExposedPorts {
  readonly from: number;
  /** The same as `from` but for a range. */
  readonly to: number;
  readonly protocol: "tcp" | "udp" | "sctp";
}

const portRange = (text: string): readonly [from: number, to: number] | undefined => {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
  if (match === null) return undefined;
  const from = Number(match[1]);
  const to = match[2] === undefined ? from : Number(match[2]);
  return from <= to && to <= 65_535 ? [from, to] : undefined;
};

/** Reads a port as EXPOSE takes it; a string is BuildKit's complaint. Source: convert_expose.go in frontend/dockerfile/dockerfile2llb of moby/buildkit. */
export const parseExposed = (text: string): ExposedPorts | string => {
  const colon = text.lastIndexOf(":");
  const [port = "", ...protocols] = text.slice(colon + 1).split("/");
  if (port === "") return `no port specified: ${text}<empty>`;
  const protocol = protocols.join("/").toLowerCase() || "tcp";
  if (protocol !== "tcp" && protocol !== "udp" && protocol !== "sctp") return `invalid proto: ${protocol}`;
  const range = portRange(port);
  if (range === undefined) return `invalid containerPort: ${port}`;
  const host = colon < 0 ? "" : text.slice(text.lastIndexOf(":", colon - 1) + 1, colon);
  if (host !== "" && portRange(host) === undefined) return `invalid hostPort: ${host}`;
  return { from: range[0], to: range[1], protocol };
};
