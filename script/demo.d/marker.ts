import { tryDocker } from "../bases/docker.ts";

/** An empty volume whose label says which state folder governs the engine (src/release/claim.ts). */
export const MARKER = "seaworthy-state";

/** The uuid of that state folder; undefined when nobody governs the engine. */
export const governor = (): string | undefined =>
  tryDocker(["volume", "inspect", MARKER, "--format", '{{index .Labels "dev.seaworthy.state"}}']);
