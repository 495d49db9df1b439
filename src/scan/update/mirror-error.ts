/** What one place answered, where another may do better. */
export class MirrorError extends Error {
  override readonly name = "MirrorError";
  /** `missing`: it has no such thing. `busy`: not now. `broken`: what it sent cannot be used, or it was not reached. */
  readonly kind: "missing" | "busy" | "broken";
  /** How long it asked to be left alone. */
  readonly retryAfterMs: number | undefined;

  constructor(
    kind: MirrorError["kind"],
    message: string,
    facts: { readonly retryAfterMs?: number | undefined; readonly cause?: unknown } = {},
  ) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.kind = kind;
    this.retryAfterMs = facts.retryAfterMs;
  }
}
