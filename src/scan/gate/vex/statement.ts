export const STATUSES = ["not_affected", "affected", "fixed", "under_investigation"] as const;
export type VexStatus = (typeof STATUSES)[number];

/** What a statement is about: identifiers of any kind, of which one is enough. */
export interface VexComponent {
  /** Package URLs, names of images, other identifiers. */
  readonly ids: readonly string[];
  /** SHA-256 in hexadecimal. */
  readonly sha256: readonly string[];
}

export interface VexProduct extends VexComponent {
  /** None: all that is in it. */
  readonly subcomponents: readonly VexComponent[];
}

/** Somebody's word on whether products have a vulnerability. */
export interface VexStatement {
  /** Every name of the vulnerability, in capitals. */
  readonly ids: readonly string[];
  /** Undefined: the document speaks of whatever it is held against. */
  readonly products: readonly VexProduct[] | undefined;
  readonly status: VexStatus;
  readonly justification?: string;
  /** The author's words: why, or what to do. */
  readonly words?: string;
  readonly author: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Of the statement, then of its document: of two of one time the higher counts. */
  readonly versions: readonly [number, number];
  /** `file:line:column`. */
  readonly place: string;
  /** Why it counts for nothing, whatever it says. */
  readonly invalid?: string;
}
