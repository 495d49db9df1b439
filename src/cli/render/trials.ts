import type { Waiver } from "../../checklist/index.ts";
import { forTerminal, isoTime } from "../../core/index.ts";
import type { TrialDocument } from "../../report/index.ts";
import type { ImageTrial } from "../../ship/index.ts";
import type { TrialOutcome, TrialReport } from "../../trial/index.ts";

const MARK = { proven: "✓", disproved: "✗", waived: "~", "not-tried": "-" } as const;
const COLOUR = { proven: 32, disproved: 31, waived: 33, "not-tried": 2 } as const;

/** The decision to live with what an experiment disproved. */
export type WaivedBy = (outcome: TrialOutcome, report: TrialReport) => Waiver | undefined;

const shown = (value: string | number | boolean | readonly string[]): string =>
  typeof value === "object" ? `[${value.join(", ")}]` : String(value);

/** The trials of a service or an image as a table: the mark, the experiment, what was seen; proposals below. `begun`: what is older was not tried now. */
export const renderTrials = (report: TrialReport, begun: number, colour: boolean, waivedBy: WaivedBy): string => {
  const { subject, at, level, seconds, smoke, upMs, differences, outcomes } = report;
  const width = Math.max(...outcomes.map(({ trial }) => trial.id.length), 0);
  const line = (outcome: TrialOutcome): string => {
    const { trial, because, seconds: took } = outcome;
    const waiver = waivedBy(outcome, report);
    const state = waiver === undefined ? outcome.state : "waived";
    const mark = colour ? `\u001b[${COLOUR[state]}m${MARK[state]}\u001b[0m` : MARK[state];
    const words = waiver === undefined ? because : `${because}; waived until ${waiver.until} by ${waiver.by}: ${waiver.why}`;
    return `${mark} ${trial.id.padEnd(width)}  ${forTerminal(words)} (${took.toFixed(1)} s)`;
  };
  const proposals = outcomes.flatMap((outcome) => outcome.proposals ?? []);
  return [
    `${subject.reference ?? subject.service}: up after ${upMs} ms, shown by ${forTerminal(smoke)}; ${level}, ${seconds.toFixed(1)} s`,
    ...(at < begun ? [`  tried at ${isoTime(at)}, with the same image and settings: --again tries it now`] : []),
    ...differences.map((words) => `  not as in production: ${forTerminal(words)}`),
    ...outcomes.map(line),
    ...(proposals.length === 0 ? [] : [`proposed for ${subject.reference ?? subject.service}:`]),
    ...proposals.map(({ path, value, because }) => `  ${path.join(".")}: ${shown(value)}   # ${forTerminal(because)}`),
  ].join("\n");
};

/** The same of an image by itself: what is proposed as a compose file, because there is none to change. */
export const renderImageTrial = ({ report, compose }: ImageTrial, begun: number, colour: boolean): string => {
  const bare = { ...report, outcomes: report.outcomes.map(({ proposals: _, ...outcome }) => outcome) };
  const words = renderTrials(bare, begun, colour, () => undefined);
  return compose === undefined ? words : `${words}\nproposed, as a compose file:\n\n${forTerminal(compose).trimEnd()}`;
};

/** `seaworthy/trial@1`, one service or image of it. */
export const trialsDocument = (report: TrialReport, waivedBy: WaivedBy): TrialDocument => {
  const { subject, at, level, seconds, smoke, upMs, differences, outcomes } = report;
  return {
    subject:
      subject.reference === undefined
        ? { service: subject.service, image: subject.image }
        : { reference: subject.reference, image: subject.image },
    at: isoTime(at),
    level,
    seconds,
    smoke,
    upMs,
    differences,
    trials: outcomes.map((outcome) => {
      const { trial, state, because, measured = {}, series, unless, seconds: took } = outcome;
      const waiver = waivedBy(outcome, report);
      return {
        id: trial.id,
        items: trial.items,
        claim: trial.summary,
        verdict: waiver === undefined ? state : "waived",
        ...(waiver === undefined ? {} : { waived: { by: waiver.by, until: waiver.until, why: waiver.why } }),
        because,
        ...(unless === undefined ? {} : { unless }),
        measured,
        ...(series === undefined ? {} : { series }),
        seconds: took,
      };
    }),
    proposals: outcomes.flatMap((outcome) => outcome.proposals ?? []),
  };
};
