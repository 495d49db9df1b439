/** One request when it is over, for the access log, the figures and the audit log. */
export interface Served {
  readonly method: string;
  /** Path without its query: a query may hold what belongs in no log. */
  readonly path: string;
  /** `manifest`, `blob`, `upload`, `token` ...: few, whatever clients send. */
  readonly route: string;
  readonly who: string;
  readonly address: string;
  readonly agent: string;
  readonly repository: string;
  readonly reference: string;
  readonly digest: string | undefined;
  readonly status: number;
  readonly ms: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  /** Whether the client saw the end of it. */
  readonly whole: boolean;
}
