/** One thing that takes room on this host, and whether it goes. */
export interface Leftover {
  readonly kind: "image" | "container" | "file";
  /** `repository@digest` or tag, container name, or path: what it is removed by. */
  readonly name: string;
  readonly goes: boolean;
  readonly why: string;
  /** What only it takes, as far as that is known. */
  readonly sizeBytes?: number;
}
