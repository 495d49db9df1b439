/** The load client's own process: see client.ts, which starts it. */
import { Agent, request as httpRequest, type IncomingMessage, type RequestOptions } from "node:http";
import type { FromWorker, Progress, ToWorker } from "./client.ts";
import { failureKinds, type Failure, type FailureKind, type Latency, type Ledger, type Window } from "./ledger.ts";

type Options = Extract<ToWorker, { say: "go" }>["options"];
type Outcome = { readonly version?: string } & (
  | { readonly ok: true }
  | { readonly ok: false; readonly kind: FailureKind; readonly detail: string }
);
interface Asked {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly id?: string;
}

const tickMs = 5;

const latencyOf = (latenciesMs: readonly number[]): Latency => {
  const sorted = Float64Array.from(latenciesMs).sort();
  const at = (share: number): number => Math.round((sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0) * 100) / 100;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
};

class Run {
  readonly #run: string;
  readonly #options: Options;
  readonly #idle: Agent[];
  readonly #startedMs = performance.now();
  readonly #timer: NodeJS.Timeout;
  readonly #failed = Object.fromEntries(failureKinds.map((kind) => [kind, 0])) as Record<FailureKind, number>;
  readonly #statuses: Record<string, number> = {};
  readonly #failures: Failure[] = [];
  readonly #latenciesMs: number[] = [];
  readonly #windows: Window[] = [];
  #window = {
    fromAtMs: Date.now(),
    finished: 0,
    failed: 0,
    latencies: 0,
    versions: new Map<string, { firstAtMs: number; lastAtMs: number }>(),
  };
  readonly #versions = new Map<string, { count: number; firstAtMs: number; lastAtMs: number }>();
  readonly #sent: string[] = [];
  readonly #acknowledged: string[] = [];
  readonly #address: RequestOptions;
  #due = 0;
  #requests = 0;
  #ok = 0;
  #busy = 0;
  #opened = 0;
  #posts = 0;
  #slows = 0;
  #drained: (() => void) | undefined;

  constructor(run: string, options: Options) {
    this.#run = run;
    this.#options = options;
    this.#idle = Array.from({ length: options.connections }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
    const url = new URL(options.url);
    this.#address = {
      host: url.hostname.replace(/^\[|\]$/g, ""),
      port: url.port || 80,
      headers: { host: options.host ?? url.host, accept: "application/json" },
    };
    this.#timer = setInterval(() => this.#tick(), tickMs);
  }

  /** As many requests as the clock says are due; those that find no free connection are dropped, so that a stall is not followed by a burst. */
  #tick(): void {
    const due = ((performance.now() - this.#startedMs) / 1000) * this.#options.ratePerSecond;
    for (; this.#due < due; this.#due++) {
      const agent = this.#idle.shift();
      if (!agent) {
        this.#due = due;
        return;
      }
      this.#send(agent);
    }
  }

  /** Which kind is next, so that the shares hold exactly over any stretch of the run. */
  #next(): Asked {
    const { slowRatio, slowMs, postRatio } = this.#options;
    const number = this.#requests++;
    if (Math.floor((number + 1) * slowRatio) > this.#slows) {
      this.#slows++;
      return { method: "GET", path: `/slow?ms=${slowMs}` };
    }
    if (Math.floor((number + 1) * postRatio) > this.#posts) {
      this.#posts++;
      const id = `${this.#run}-${this.#posts}`;
      this.#sent.push(id);
      return { method: "POST", path: "/orders", id };
    }
    return { method: "GET", path: "/" };
  }

  #send(agent: Agent): void {
    const asked = this.#next();
    const body = asked.id === undefined ? undefined : JSON.stringify({ id: asked.id, item: "rope", quantity: 1 });
    const headers = {
      ...(this.#address.headers as Record<string, string>),
      ...(body ? { "content-type": "application/json", "content-length": String(body.length) } : {}),
    };
    const sentMs = performance.now();
    let finished = false;
    let answering: number | undefined;
    this.#busy++;

    const finish = (outcome: Outcome): void => {
      if (finished) return;
      finished = true;
      clearTimeout(timer);
      this.#count(asked, outcome, performance.now() - sentMs);
      this.#busy--;
      // After this turn: the agent takes its socket back first, and the next request of this connection finds it.
      setImmediate(() => {
        this.#idle.push(agent);
        if (this.#busy === 0) this.#drained?.();
      });
    };
    const request = httpRequest({ ...this.#address, agent, method: asked.method, path: asked.path, headers }, (response) => {
      let text = "";
      answering = response.statusCode;
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (text += chunk));
      response.on("error", (error) => finish({ ok: false, kind: "truncated", detail: `${response.statusCode}, then ${error.message}` }));
      response.on("end", () =>
        finish(
          response.complete
            ? this.#judge(asked, response, text)
            : { ok: false, kind: "truncated", detail: `${response.statusCode}, then the end` },
        ),
      );
    });
    const timer = setTimeout(() => {
      finish({ ok: false, kind: "timeout", detail: `no whole answer within ${this.#options.timeoutMs} ms` });
      request.destroy();
    }, this.#options.timeoutMs);
    request.on("socket", () => void (request.reusedSocket || this.#opened++));
    request.on("error", (error: NodeJS.ErrnoException) => {
      if (answering !== undefined) return finish({ ok: false, kind: "truncated", detail: `${answering}, then ${error.message}` });
      finish({
        ok: false,
        kind: error.syscall === "connect" ? "refused" : "reset",
        detail: `${error.message}${request.reusedSocket ? " on a kept connection" : ""}`,
      });
    });
    request.end(body);
  }

  #judge(asked: Asked, response: IncomingMessage, text: string): Outcome {
    const status = response.statusCode ?? 0;
    this.#statuses[status] = (this.#statuses[status] ?? 0) + 1;
    if (status < 200 || status > 299) return { ok: false, kind: "status", detail: `${status} ${text.slice(0, 100)}` };
    const version = String(response.headers["x-version"] ?? "");
    let body: { version?: unknown; id?: unknown; seen?: unknown } | null;
    try {
      body = JSON.parse(text) as typeof body;
    } catch {
      return { ok: false, kind: "badBody", detail: `not JSON: ${text.slice(0, 100)}` };
    }
    const right = body?.version === version && (asked.id === undefined || (body.id === asked.id && body.seen === 1));
    return right ? { ok: true, version } : { ok: false, kind: "badBody", detail: `x-version ${version}, body ${text.slice(0, 100)}` };
  }

  #count(asked: Asked, outcome: Outcome, ms: number): void {
    const atMs = Date.now();
    if (outcome.ok) {
      const { versions } = this.#window;
      versions.set(outcome.version ?? "", { firstAtMs: versions.get(outcome.version ?? "")?.firstAtMs ?? atMs, lastAtMs: atMs });
    }
    if (!outcome.ok) {
      this.#failed[outcome.kind]++;
      if (this.#failures.length < 20)
        this.#failures.push({ kind: outcome.kind, detail: outcome.detail, method: asked.method, path: asked.path, atMs });
      return;
    }
    this.#ok++;
    if (asked.id !== undefined) this.#acknowledged.push(asked.id);
    if (!asked.path.startsWith("/slow")) this.#latenciesMs.push(ms);
    const version = this.#versions.get(outcome.version ?? "");
    if (version) {
      version.count++;
      version.lastAtMs = atMs;
    } else this.#versions.set(outcome.version ?? "", { count: 1, firstAtMs: atMs, lastAtMs: atMs });
  }

  #totals(): Ledger["failed"] {
    return { ...this.#failed, total: failureKinds.reduce((sum, kind) => sum + this.#failed[kind], 0) };
  }

  /** Ends the window that is open and begins the next. */
  mark(): Window {
    const { fromAtMs, finished, failed, latencies, versions } = this.#window;
    const toAtMs = Date.now();
    const now = { finished: this.#requests - this.#busy, failed: this.#totals().total, latencies: this.#latenciesMs.length };
    const window: Window = {
      fromAtMs,
      toAtMs,
      requests: now.finished - finished,
      failed: now.failed - failed,
      latencyMs: latencyOf(this.#latenciesMs.slice(latencies)),
      versions: [...versions.keys()],
      answered: Object.fromEntries(versions),
    };
    this.#windows.push(window);
    this.#window = { fromAtMs: toAtMs, versions: new Map(), ...now };
    return window;
  }

  /** Requests that have their outcome. */
  progress(): Progress {
    return { requests: this.#requests - this.#busy, ok: this.#ok, failed: this.#totals(), versions: [...this.#versions.keys()] };
  }

  async stop(): Promise<Ledger> {
    clearInterval(this.#timer);
    if (this.#busy > 0) await new Promise<void>((resolve) => (this.#drained = resolve));
    for (const agent of this.#idle) agent.destroy();
    this.mark();
    return {
      run: this.#run,
      seconds: (performance.now() - this.#startedMs) / 1000,
      requests: this.#requests,
      ok: this.#ok,
      failed: this.#totals(),
      statuses: this.#statuses,
      failures: this.#failures,
      latencyMs: latencyOf(this.#latenciesMs),
      windows: this.#windows,
      versions: [...this.#versions].map(([version, times]) => ({ version, ...times })),
      opened: this.#opened,
      sentIds: this.#sent,
      acknowledgedIds: this.#acknowledged,
    };
  }
}

let run: Run | undefined;
const say = (message: FromWorker, then: () => void = () => {}): void => void process.send?.(message, undefined, undefined, then);

process.on("message", (message: ToWorker) => {
  if (message.say === "go") {
    run = new Run(message.run, message.options);
    say({ say: "started" });
  } else if (message.say === "progress" && run) say({ say: "progress", progress: run.progress() });
  else if (message.say === "mark" && run) say({ say: "window", window: run.mark() });
  else void run?.stop().then((ledger) => say({ say: "ledger", ledger }, () => process.exit(0)));
});
process.on("disconnect", () => process.exit(1));
// An interrupt at the terminal goes to the whole group; the parent decides when to stop.
process.on("SIGINT", () => {});
