import type { Served } from "./served.ts";

/** Upper bounds in seconds: a manifest takes milliseconds, a layer minutes. */
const BUCKETS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

interface Histogram {
  readonly counts: number[];
  sum: number;
  count: number;
}

/** A value of this moment. */
export interface Gauge {
  readonly name: string;
  readonly help: string;
  readonly value: number;
}

export interface Figures {
  saw(served: Served): void;
  /** Somebody was not let in. */
  refusedLogin(why: string): void;
  /** Prometheus text exposition format 0.0.4. */
  text(gauges: readonly Gauge[]): string;
}

/** `\`, `"` and line ends, as the exposition format has them. */
const quoted = (value: string): string => `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;

const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "PUT", "POST", "PATCH", "DELETE"]);

/** Counters and histograms of one registry. Labels come from short lists of ours, so their number is bounded whatever clients send. */
export const createFigures = (): Figures => {
  const counters = new Map<string, Map<string, number>>();
  const durations = new Map<string, Histogram>();
  const add = (name: string, labels: string, by = 1): void => {
    const of = counters.get(name) ?? new Map<string, number>();
    of.set(labels, (of.get(labels) ?? 0) + by);
    counters.set(name, of);
  };
  return {
    saw: ({ route, method, status, ms, receivedBytes, sentBytes }) => {
      const verb = METHODS.has(method) ? method : "other";
      add("seaworthy_registry_requests_total", `route=${quoted(route)},method=${quoted(verb)},status="${status}"`);
      add("seaworthy_registry_received_bytes_total", `route=${quoted(route)}`, receivedBytes);
      add("seaworthy_registry_sent_bytes_total", `route=${quoted(route)}`, sentBytes);
      if (route === "manifest" && verb === "GET" && status === 200) add("seaworthy_registry_pulls_total", "");
      if (route === "manifest" && verb === "PUT" && status === 201) add("seaworthy_registry_pushes_total", "");
      const seconds = ms / 1000;
      const key = `route=${quoted(route)},method=${quoted(verb)}`;
      const histogram = durations.get(key) ?? { counts: BUCKETS_S.map(() => 0), sum: 0, count: 0 };
      const at = BUCKETS_S.findIndex((bound) => seconds <= bound);
      if (at !== -1) histogram.counts[at] = (histogram.counts[at] ?? 0) + 1;
      histogram.sum += seconds;
      histogram.count += 1;
      durations.set(key, histogram);
    },
    refusedLogin: (why) => add("seaworthy_registry_refused_logins_total", `why=${quoted(why)}`),
    text: (gauges) => {
      const lines: string[] = [];
      const type = (name: string, kind: string, help: string): void => void lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`);
      for (const [name, help] of [
        ["seaworthy_registry_requests_total", "Requests answered."],
        ["seaworthy_registry_received_bytes_total", "Bytes read from clients."],
        ["seaworthy_registry_sent_bytes_total", "Bytes written to clients."],
        ["seaworthy_registry_pulls_total", "Manifests pulled."],
        ["seaworthy_registry_pushes_total", "Manifests pushed."],
        ["seaworthy_registry_refused_logins_total", "Logins refused, by reason."],
      ] as const) {
        type(name, "counter", help);
        for (const [labels, value] of counters.get(name) ?? []) lines.push(`${name}${labels === "" ? "" : `{${labels}}`} ${value}`);
      }
      const name = "seaworthy_registry_request_duration_seconds";
      type(name, "histogram", "From the request's head to the end of its answer.");
      for (const [key, { counts, sum, count }] of durations) {
        let total = 0;
        for (const [at, bound] of BUCKETS_S.entries()) {
          total += counts[at] ?? 0;
          lines.push(`${name}_bucket{${key},le="${bound}"} ${total}`);
        }
        lines.push(`${name}_bucket{${key},le="+Inf"} ${count}`, `${name}_sum{${key}} ${sum}`, `${name}_count{${key}} ${count}`);
      }
      for (const gauge of gauges) {
        type(gauge.name, "gauge", gauge.help);
        lines.push(`${gauge.name} ${gauge.value}`);
      }
      return `${lines.join("\n")}\n`;
    },
  };
};
