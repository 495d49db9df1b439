import { formatByteSize } from "../../core/index.ts";
import { html, type Markup, NOTHING_HERE } from "../html.ts";
import { count } from "../style.ts";
import { scale, shortTime, ticks } from "./axis.ts";
import type { TrialSeries } from "./document.ts";

const WIDTH = 340;
const LEFT = 54;
const RIGHT = 330;
const MIDDLE = (LEFT + RIGHT) / 2;
/** A limit that far above what was measured would press it flat: then only words say it. */
const FAR = 3;

interface Chart {
  readonly title: string;
  /** The same in words, for who cannot see it. */
  readonly caption: string;
  readonly height: number;
  readonly drawing: readonly Markup[];
}

const last = <T>(values: readonly T[]): T | undefined => values.at(-1);

/** Lines across with their numbers on the left. */
const rows = (at: (value: number) => number, values: readonly number[], name: (value: number) => string): readonly Markup[] =>
  values.map(
    (value) =>
      html`<line class="grid" x1="${LEFT}" x2="${RIGHT}" y1="${at(value)}" y2="${at(value)}" /><text
          class="tick"
          x="${LEFT - 8}"
          y="${at(value) + 4}"
          text-anchor="end"
          >${name(value)}</text
        >`,
  );

/** Numbers below; the last is kept within the drawing. */
const columns = (at: (value: number) => number, values: readonly number[], y: number): readonly Markup[] =>
  values.map((value) => {
    const x = at(value);
    return html`<text class="tick" x="${x}" y="${y}" text-anchor="${x > RIGHT - 16 ? "end" : "middle"}">${shortTime(value)}</text>`;
  });

/** Ticks that lie within what is shown. */
const within = (most: number): readonly number[] => ticks(most).filter((tick) => tick <= most);

/** An upright line with words at its head, on the side that has room. */
const mark = (x: number, [top, bottom]: readonly [number, number], words: string, kind: "event" | "limit"): Markup => {
  const onLeft = x > MIDDLE;
  return html`<line class="${kind}" x1="${x}" x2="${x}" y1="${top}" y2="${bottom}" /><text
      class="label"
      x="${onLeft ? x - 6 : x + 6}"
      y="${top + 10}"
      text-anchor="${onLeft ? "end" : "start"}"
      >${words.slice(0, 40)}</text
    >`;
};

/** So few readings are shown one by one: between them nobody looked. */
const FEW = 20;

const memory = ({ points, marks: [answers] = [], limit }: TrialSeries): Chart => {
  const [top, bottom] = [34, 176];
  const peak = points.reduce((best, one) => (one.value > best.value ? one : best), points[0] ?? { at: 0, value: 0 });
  const length = Math.max(1, last(points)?.at ?? 1);
  const isShown = limit !== undefined && limit <= peak.value * FAR;
  const [x, sizes] = [scale(length, LEFT, RIGHT), ticks((isShown ? limit : peak.value) * 1.1)];
  const y = scale(last(sizes) ?? 1, bottom, top);
  const line = points.map(({ at, value }) => `${x(at)},${y(value)}`).join(" ");
  const onLeft = x(peak.at) > MIDDLE;
  const ends = `${x(last(points)?.at ?? 0)},${bottom} ${x(points[0]?.at ?? 0)},${bottom}`;
  return {
    title: "Memory over time",
    caption: `The working set in ${count(points.length, "reading")} over ${shortTime(length)}, from the start through its requests: at most ${formatByteSize(peak.value)}${limit === undefined ? ", without a limit" : ` of ${formatByteSize(limit)}`}${answers === undefined ? "" : `; it answered after ${shortTime(answers.at)}, and the load began`}.`,
    height: 200,
    drawing: [
      ...rows(y, sizes, formatByteSize),
      ...columns(x, within(length), bottom + 18),
      html`<polygon class="area" points="${line} ${ends}" /><polyline class="line" points="${line}" />`,
      points.length > FEW
        ? NOTHING_HERE
        : html`${points.map(({ at, value }) => html`<circle class="dot" cx="${x(at)}" cy="${y(value)}" r="2.5" />`)}`,
      answers === undefined ? NOTHING_HERE : mark(x(answers.at), [top - 20, bottom], answers.label, "event"),
      isShown
        ? html`<line class="limit" x1="${LEFT}" x2="${RIGHT}" y1="${y(limit)}" y2="${y(limit)}" /><text
              class="label"
              x="${RIGHT}"
              y="${y(limit) - 5}"
              text-anchor="end"
              >limit ${formatByteSize(limit)}</text
            >`
        : NOTHING_HERE,
      html`<circle class="dot" cx="${x(peak.at)}" cy="${y(peak.value)}" r="3.5" /><text
          class="value"
          x="${x(peak.at) + (onLeft ? -7 : 7)}"
          y="${y(peak.value) - 7}"
          text-anchor="${onLeft ? "end" : "start"}"
          >${formatByteSize(peak.value)}</text
        >`,
    ],
  };
};

interface Event {
  readonly x: number;
  readonly words: string;
  readonly kind: "event" | "limit";
}

const ROW = 18;

/** Each a row for its words: on the left from the first on, on the right from the last, so that no line goes through the words of another. */
const markAll = (events: readonly Event[], bottom: number): readonly Markup[] => {
  const sorted = events.toSorted((a, b) => a.x - b.x);
  const inRows = [...sorted.filter(({ x }) => x <= MIDDLE), ...sorted.filter(({ x }) => x > MIDDLE).toReversed()];
  return inRows.map(({ x, words, kind }, row) => mark(x, [4 + row * ROW, bottom], words, kind));
};

const MOST_EVENTS = 6;

const stop = ({ points, marks: all = [], limit }: TrialSeries): Chart => {
  const end = last(points);
  const length = Math.max(1, end?.at ?? 1);
  const isShown = limit !== undefined && limit > length && limit <= length * FAR;
  const labelled = all.slice(0, MOST_EVENTS);
  const most = points[0]?.value ?? 1;
  const top = 10 + (labelled.length + (isShown ? 1 : 0)) * ROW;
  const bottom = top + 90;
  const x = scale(isShown ? limit * 1.02 : length * 1.12, LEFT, RIGHT);
  const y = scale(Math.max(1, most), bottom, top + 6);
  const path = points.map(({ at, value }, index) => (index === 0 ? `M${x(at)} ${y(value)}` : `H${x(at)}V${y(value)}`)).join("");
  const cut = end?.value ?? 0;
  const events = [
    ...labelled.map(({ at, label }): Event => ({ x: x(at), words: at === 0 ? label : `${label} ${shortTime(at)}`, kind: "event" })),
    ...(isShown ? [{ x: x(limit), words: `SIGKILL ${shortTime(limit)}`, kind: "limit" } as const] : []),
  ];
  const said = labelled.map(({ label, at }) => (at === 0 ? label : `${label} after ${shortTime(at)}`)).join(", ");
  return {
    title: "Stopping",
    caption: `${said}; of ${most} requests in flight ${cut === 0 ? "all were answered" : `${cut} were cut off`}${limit === undefined || limit <= length ? "" : `. SIGKILL would come after ${shortTime(limit)}`}.`,
    height: bottom + 26,
    drawing: [
      ...rows(y, [0, most], String),
      ...columns(x, within(isShown ? limit : length), bottom + 18),
      html`<path class="area" d="${path}V${bottom}H${LEFT}Z" /><path class="line" d="${path}" />`,
      ...markAll(events, bottom),
    ],
  };
};

const MOST_BARS = 12;

const startUp = ({ points, limit }: TrialSeries): Chart => {
  const bars = points.slice(0, MOST_BARS);
  const longest = Math.max(1, ...bars.map(({ value }) => value));
  const isShown = limit !== undefined && limit <= longest * FAR;
  const [top, step] = [isShown ? 26 : 8, 30];
  const bottom = top + bars.length * step;
  const most = isShown ? Math.max(limit, longest) : longest;
  const x = scale(most * 1.25, LEFT, RIGHT);
  return {
    title: "Start-up",
    caption: `From the start until all its requests were answered, in ${bars.length} start${bars.length === 1 ? "" : "s"}: at most ${shortTime(longest)}${limit === undefined ? ", and no health check says how long it may take" : `; ${shortTime(limit)} are given`}.`,
    height: bottom + 26,
    drawing: [
      ...columns(x, within(most * 1.25), bottom + 18),
      ...bars.map(
        ({ at, value }, index) =>
          html`<text class="tick" x="${LEFT - 8}" y="${top + index * step + 19}" text-anchor="end">start ${at}</text
            ><rect
              class="bar"
              x="${LEFT}"
              y="${top + index * step + 5}"
              width="${Math.max(1, x(value) - LEFT)}"
              height="${step - 10}"
              rx="2"
            /><text class="value" x="${x(value) + 6}" y="${top + index * step + 19}">${shortTime(value)}</text>`,
      ),
      html`<line class="base" x1="${LEFT}" x2="${LEFT}" y1="${top}" y2="${bottom}" />`,
      isShown ? mark(x(limit), [4, bottom], `unhealthy after ${shortTime(limit)}`, "limit") : NOTHING_HERE,
    ],
  };
};

const CHARTS = { memory, stop, "start-up": startUp } as const;

/** A series as a figure: a drawing that needs nothing but the page's own style, and what it shows in words. */
export const figure = (series: TrialSeries): Markup => {
  if (series.points.length === 0) return NOTHING_HERE;
  const { title, caption, height, drawing } = CHARTS[series.name](series);
  return html`<figure>
    <h4>${title}</h4>
    <svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${title}: ${caption}">${drawing}</svg>
    <figcaption>${caption}</figcaption>
  </figure>`;
};
