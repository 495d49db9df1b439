import { describe, expect, test } from "vitest";
import type { TrialDocument, TrialSeries, TrialVerdict } from "./document.ts";
import { renderTrialPage } from "./page.ts";

const OPTIONS = { project: "shop", version: "1.2.3" };

const verdict = (more: Partial<TrialVerdict> = {}): TrialVerdict => ({
  id: "read-only-root",
  items: ["read-only-rootfs"],
  claim: "The container works with a read-only root.",
  verdict: "proven",
  because: "it runs with a read-only root and answered",
  measured: {},
  seconds: 1.26,
  ...more,
});

const document = (more: Partial<TrialDocument> = {}): TrialDocument => ({
  subject: { service: "web", image: "sha256:0123" },
  at: "2026-11-21T12:00:00Z",
  level: "standard",
  seconds: 27.44,
  smoke: "GET / on port 3000",
  upMs: 412,
  differences: [],
  trials: [verdict()],
  proposals: [],
  ...more,
});

/** The texts of a page, one after the other. */
const texts = (page: string): string =>
  page
    .slice(page.indexOf("<body>"))
    .replaceAll(/<[^>]*>/g, "|")
    .replaceAll(/\s+/g, " ")
    .replaceAll(/[|\s]*\|[|\s]*/g, "|");
const shown = (one: TrialDocument): string => texts(renderTrialPage([one], OPTIONS));

const MEMORY: TrialSeries = {
  name: "memory",
  unit: "bytes",
  points: [
    { at: 10, value: 5e6 },
    { at: 400, value: 40e6 },
    { at: 3400, value: 46e6 },
  ],
  marks: [{ at: 380, label: "answers" }],
  limit: 80e6,
};
const STOP: TrialSeries = {
  name: "stop",
  unit: "requests",
  points: [
    { at: 0, value: 2 },
    { at: 1003, value: 1 },
    { at: 1020, value: 0 },
    { at: 1060, value: 0 },
  ],
  marks: [
    { at: 0, label: "SIGTERM" },
    { at: 1020, label: "last answer" },
    { at: 1060, label: "exit 0" },
  ],
  limit: 10_000,
};
const START: TrialSeries = {
  name: "start-up",
  unit: "ms",
  points: [412, 388].map((value, index) => ({ at: index + 1, value })),
  limit: 900,
};

describe("what a page says", () => {
  test("what is waived stands apart, with who lives with it until when", () => {
    const waived = { by: "ann", until: "2027-01-01", why: "plain lines <for now>" };
    const page = renderTrialPage([document({ trials: [verdict({ id: "logs", verdict: "waived", waived }), verdict()] })], OPTIONS);
    expect(texts(page)).toContain("|0|disproved|1|waived|1|proven|0|not tried|");
    expect(texts(page)).toContain("|~ waived (1)|logs|");
    expect(page).toContain("Waived until 2027-01-01 by ann: plain lines &lt;for now&gt;");
    expect(shown(document())).not.toContain("waived");
  });
  test("which service and image, how it was tried, what was different", () => {
    expect(shown(document())).toContain(
      "|Sea trial of shop|1 service, run as production would run it, in a harmless place|web|image|sha256:0123|tried|2026-11-21T12:00:00Z, level standard, 27.4 s|came up|after 412 ms|shown by|GET / on port 3000|as in production|",
    );
    expect(shown(document({ differences: ["/data was an empty volume", "db was a stub"] }))).toContain(
      "|not as in production|/data was an empty volume|db was a stub|",
    );
    expect(shown(document())).toContain("|Seaworthy 1.2.3.");
  });

  test("verdicts counted and in groups, with words, numbers, what they rest on and the time", () => {
    const text = shown(
      document({
        trials: [
          verdict(),
          verdict({ id: "time-zone", verdict: "not-tried", because: "nothing has a time", seconds: 0 }),
          verdict({
            id: "memory-peak",
            verdict: "disproved",
            because: "it has no limit",
            unless: "a short load uses less",
            measured: {
              peakBytes: 46e6,
              longestMs: 1234,
              graceSeconds: 10,
              seconds: 1.06,
              inFlight: 8,
              declared: false,
              users: ["a", "b"],
              none: [],
            },
          }),
        ],
      }),
    );
    expect(text).toContain("|1|disproved|1|proven|1|not tried|");
    expect(text).toContain("|✗ disproved (1)|memory-peak|");
    expect(text).toContain("|it has no limit|It rests on this: a short load uses less.|");
    expect(text).toContain("|peak|46 MB|longest|1.23 s|grace|10 s|time|1.06 s|in flight|8|declared|no|users|a, b|none|none|1.3 s|");
    expect(text).toContain("|✓ proven (1)|read-only-root|The container works with a read-only root.|");
    expect(text).toContain("|– not tried (1)|time-zone|");
    expect(text.indexOf("✗ disproved")).toBeLessThan(text.indexOf("✓ proven"));
  });

  test("proposals with the measurement; nothing of them where there is none", () => {
    const text = shown(
      document({
        proposals: [
          { path: ["deploy", "resources", "limits", "memory"], value: "80M", because: "at most 46 MB" },
          { path: ["cap_drop"], value: ["ALL"], because: "it needs none" },
        ],
      }),
    );
    expect(text).toContain("|deploy.resources.limits.memory: 80M|at most 46 MB|cap_drop: [ALL]|it needs none|");
    expect(shown(document())).not.toContain("Proposed");
  });

  test("several services have a list in front, each its place", () => {
    const page = renderTrialPage([document(), document({ subject: { service: "api", image: "sha256:4567" } })], OPTIONS);
    expect(texts(page)).toContain("|web|: 0 disproved, 1 proven, 0 not tried|api|: 0 disproved");
    for (const [, target] of page.matchAll(/href="#([^"]+)"/g)) expect(page).toContain(`id="${target}"`);
    expect(renderTrialPage([document()], OPTIONS)).not.toContain("<nav>");
  });
});

describe("charts", () => {
  const charts = (...series: readonly TrialSeries[]): string =>
    renderTrialPage([document({ trials: series.map((one) => verdict({ series: one })) })], OPTIONS);

  test("memory: the most, the limit where it is near, the moment it answered", () => {
    expect(texts(charts(MEMORY))).toMatch(
      /\|answers\|limit 80 MB\|46 MB\|The working set in 3 readings over 3\.4 s, .*: at most 46 MB of 80 MB; it answered after 380 ms/,
    );
    const far = texts(charts({ ...MEMORY, limit: 1e9 }));
    expect(far).not.toContain("|limit 1 GB|");
    expect(far).toContain("at most 46 MB of 1 GB");
  });
  test("stopping: signal, last answer and exit on a line of time; the end of the grace period", () => {
    const text = texts(charts(STOP));
    for (const words of ["SIGTERM", "last answer 1.02 s", "exit 0 1.06 s"]) expect(text).toContain(`|${words}|`);
    expect(text).toContain("of 2 requests in flight all were answered. SIGKILL would come after 10 s.");
    expect(texts(charts({ ...STOP, limit: 2500 }))).toContain("|SIGKILL 2.5 s|");
    const cut = texts(
      charts({
        ...STOP,
        points: [
          { at: 0, value: 2 },
          { at: 10_020, value: 2 },
        ],
        marks: [
          { at: 0, label: "SIGTERM" },
          { at: 10_020, label: "SIGKILL" },
        ],
      }),
    );
    expect(cut).toContain("SIGTERM, SIGKILL after 10 s; of 2 requests in flight 2 were cut off.");
  });
  test("start-up: each start, and what is given", () => {
    expect(texts(charts(START))).toMatch(
      /\|start 1\|412 ms\|start 2\|388 ms\|unhealthy after 900 ms\|.*in 2 starts: at most 412 ms; 900 ms are given\./,
    );
  });
  test("what is drawn lies within the drawing, and is said in words too", () => {
    const page = charts(MEMORY, STOP, START, {
      ...MEMORY,
      points: [
        { at: -5, value: 1e300 },
        { at: Number.MAX_VALUE, value: -1 },
      ],
    });
    const numbers = [...page.matchAll(/\s(?:x1?|x2|cx|width)="([^"]*)"/g)].map(([, value]) => Number(value));
    expect(numbers.length).toBeGreaterThan(40);
    for (const number of numbers) expect(number >= 0 && number <= 340).toBe(true);
    expect(page.match(/<svg [^>]*aria-label="[^"]{40,}"/g)).toHaveLength(4);
  });
  test("an empty series is no chart", () => {
    expect(charts({ ...MEMORY, points: [] })).not.toContain("<svg");
  });
});

describe("a hostile container", () => {
  const everywhere = (words: string): TrialDocument =>
    document({
      subject: { service: words, image: words },
      at: words,
      level: words,
      smoke: words,
      differences: [words],
      trials: [MEMORY, STOP, START].map((series) =>
        verdict({
          id: words,
          claim: words,
          because: words,
          unless: words,
          measured: { [words]: words, list: [words] },
          series: { ...series, marks: [0, 900, 1000].map((at) => ({ at, label: words })) },
        }),
      ),
      proposals: [{ path: [words], value: [words], because: words }],
    });
  const shape = (page: string): string => page.slice(page.indexOf("<body>")).replaceAll(/[^<>"'=]+/g, "");

  test.each([`</td><script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onload='x`, "</style><b>", "<!--", "]]>"])(
    "%s adds no markup anywhere",
    (words) => {
      const hostile = renderTrialPage([everywhere(words)], { project: words, version: words });
      const harmless = renderTrialPage([everywhere("words")], { project: "words", version: "words" });
      // What the words may leave of the characters that make markup is an equals sign.
      expect(shape(hostile).replaceAll("=", "")).toBe(shape(harmless).replaceAll("=", ""));
    },
  );

  test("nothing that drives a terminal or turns the text round", () => {
    const page = renderTrialPage([everywhere("\u001b[2J\u202e\u0000")], OPTIONS);
    for (const character of ["\u001b", "\u202e", "\u0000"]) expect(page).not.toContain(character);
  });

  test("the page asks for nothing and lets nothing in", () => {
    const page = renderTrialPage([everywhere("x")], OPTIONS);
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/<(?:script|link|img|iframe|object|embed|form|base)\b|\bon[a-z]+=|https?:|url\(|@import/i);
  });
});
