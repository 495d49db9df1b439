import { COUNTERS, type CounterName, DURATIONS, type GaugeName, GAUGES } from "./catalogue.ts";
import type { Served } from "./served.ts";

/** Upper bounds in seconds: a manifest takes milliseconds, a layer minutes. */
const BUCKETS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

interface Histogram {
  readonly counts: number[];
  sum: number;
  count: number;
}

/** A value of this moment. Its labels in the catalogue's order. */
export interface Gauge {
  readonly name: GaugeName;
  readonly labels?: readonly string[];
  readonly value: number;
}

/** Adds to a counter. The values of its labels in the catalogue's order; their number must be bounded whatever clients send. */
export type Count = (name: CounterName, labels: readonly string[], by?: number) => void;

export interface Figures {
  readonly count: Count;
  saw(served: Served): void;
  /** Prometheus text exposition format 0.0.4. */
  text(gauges: readonly Gauge[]): string;
}

/** `\`, `"` and line ends, as the exposition format has them. */
const quoted = (value: string): string => `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;

const labelled = (names: readonly string[], values: readonly string[]): string =>
  names.map((name, at) => `${name}=${quoted(values[at] ?? "")}`).join(",");

const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "PUT", "POST", "PATCH", "DELETE"]);

/** Counters and histograms of one registry. */
export const createFigures = (): Figures => {
  const counters = new Map<CounterName, Map<string, number>>();
  const durations = new Map<string, Histogram>();
  const count: Count = (name, labels, by = 1) => {
    const key = labelled(COUNTERS[name].labels, labels);
    const of = counters.get(name) ?? new Map<string, number>();
    of.set(key, (of.get(key) ?? 0) + by);
    counters.set(name, of);
  };
  return {
    count,
    saw: ({ route, method, status, ms, receivedBytes, sentBytes }) => {
      const verb = METHODS.has(method) ? method : "other";
      count("seaworthy_registry_requests_total", [route, verb, String(status)]);
      count("seaworthy_registry_received_bytes_total", [route], receivedBytes);
      count("seaworthy_registry_sent_bytes_total", [route], sentBytes);
      if (route === "manifest" && verb === "GET" && status === 200) count("seaworthy_registry_pulls_total", []);
      if (route === "manifest" && verb === "PUT" && status === 201) count("seaworthy_registry_pushes_total", []);
      const seconds = ms / 1000;
      const key = labelled(["route", "method"], [route, verb]);
      const histogram = durations.get(key) ?? { counts: BUCKETS_S.map(() => 0), sum: 0, count: 0 };
      const at = BUCKETS_S.findIndex((bound) => seconds <= bound);
      if (at !== -1) histogram.counts[at] = (histogram.counts[at] ?? 0) + 1;
      histogram.sum += seconds;
      histogram.count += 1;
      durations.set(key, histogram);
    },
    text: (gauges) => {
      const lines: string[] = [];
      const type = (name: string, kind: string, help: string): void => void lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`);
      const value = (name: string, labels: string, of: number): void =>
        void lines.push(`${name}${labels === "" ? "" : `{${labels}}`} ${of}`);
      for (const name of Object.keys(COUNTERS) as CounterName[]) {
        const { labels, help } = COUNTERS[name];
        type(name, "counter", help);
        const of = counters.get(name) ?? new Map(labels.length === 0 ? [["", 0]] : []);
        for (const [key, amount] of of) value(name, key, amount);
      }
      type(DURATIONS, "histogram", "From the request's head to the end of its answer.");
      for (const [key, { counts, sum, count: all }] of durations) {
        let total = 0;
        for (const [at, bound] of BUCKETS_S.entries()) {
          total += counts[at] ?? 0;
          lines.push(`${DURATIONS}_bucket{${key},le="${bound}"} ${total}`);
        }
        lines.push(`${DURATIONS}_bucket{${key},le="+Inf"} ${all}`, `${DURATIONS}_sum{${key}} ${sum}`, `${DURATIONS}_count{${key}} ${all}`);
      }
      for (const name of Object.keys(GAUGES) as GaugeName[]) {
        type(name, "gauge", GAUGES[name].help);
        for (const gauge of gauges) if (gauge.name === name) value(name, labelled(GAUGES[name].labels, gauge.labels ?? []), gauge.value);
      }
      return `${lines.join("\n")}\n`;
    },
  };
};
