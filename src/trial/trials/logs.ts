import { load } from "../load.ts";
import type { Trial } from "../trial.ts";

const LEAST_JSON = 0.95;

const isRecord = (line: string): boolean => {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
};

export const logs: Trial = {
  id: "logs",
  items: ["logs-stdout"],
  level: "quick",
  summary: "It logs to standard output, as one JSON object a line.",
  why: "Logs in files fill the container's disk and die with it; lines without a structure cannot be counted, filtered or alarmed on.",
  method:
    "What it said from its start through its requests is read from the engine: lines there are, and how many of them are JSON objects.",
  source: "https://12factor.net/logs",
  applies: () => true,
  run: async (_lab, { running, smoke }) => {
    await load(running, smoke, { forMs: 300, connections: 2, perSecond: 20 });
    const lines = (await running.logs()).filter((line) => line.trim() !== "");
    const records = lines.filter(isRecord);
    const share = lines.length === 0 ? 0 : records.length / lines.length;
    const measured = { lines: lines.length, jsonShare: Math.round(share * 1000) / 1000 };
    if (lines.length === 0)
      return {
        state: "disproved",
        because: "it said nothing on standard output or standard error, from its start through its requests",
        measured,
      };
    if (share >= LEAST_JSON) return { state: "proven", because: `${records.length} of ${lines.length} lines are JSON objects`, measured };
    const plain = lines.find((line) => !isRecord(line)) ?? "";
    return {
      state: "disproved",
      because: `${lines.length - records.length} of ${lines.length} lines are not JSON objects, such as "${plain.slice(0, 120)}"`,
      measured,
    };
  },
};
