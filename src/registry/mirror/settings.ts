import type { CredentialSource } from "../../image/index.ts";

/** One registry out in the world that this one keeps copies of. */
export interface MirrorSettings {
  /** Host and port as in references: `docker.io`, `ghcr.io`, `registry.example:5000`. */
  readonly upstream: string;
  /** What stands behind `mirror/` in names here. Default: the upstream, its colon written as `_`. */
  readonly name?: string;
  /** How long a tag is believed without asking upstream again. Default one minute. */
  readonly freshForMs?: number;
  /** A port of its own where every name is one of upstream, for Docker's `registry-mirrors`, which cannot say whose mirror it asks. */
  readonly listen?: { readonly host: string; readonly port: number };
  /** Only repositories that match one of these (`library/*`, `acme/**`) are fetched. Default: all. */
  readonly repositories?: readonly string[];
  /** The upstream stands in a private network: its name may lead to an internal address. Without it such an answer of the name server is refused. */
  readonly internal?: boolean;
  /** Whether what is asked of images before they are pulled (a signature, a scan) is asked of these too, of what upstream has beside them. Default true. */
  readonly signed?: boolean;
  /** Spoken to without TLS. Loopback addresses always are. */
  readonly plainHttp?: boolean;
  /** Hosts of token services that may see the upstream's credentials although they share no domain with it. */
  readonly trustedRealms?: readonly string[];
  /** Shown to the upstream only; whoever may pull from this mirror sees what they open. Default: none. */
  readonly credentials?: CredentialSource;
}

export const FRESH_FOR_MS = 60_000;

/** The name space of all mirrors. Nobody pushes there, mirror or not, so that nothing local can pass for something fetched. */
export const MIRROR_PREFIX = "mirror";

export const mirrorName = ({ name, upstream }: Pick<MirrorSettings, "name" | "upstream">): string => name ?? upstream.replace(":", "_");
