import { createHash } from "node:crypto";
import { formatByteSize } from "../../core/index.ts";
import { html, type Markup, NOTHING_HERE } from "../html.ts";
import { count } from "../style.ts";
import { shortTime } from "./axis.ts";
import { figure } from "./charts.ts";
import { subjectName, type TrialDocument, type TrialVerdict } from "./document.ts";
import { TRIAL_STYLE } from "./style.ts";

const VERDICTS = ["disproved", "waived", "proven", "not-tried"] as const;
const WORDS = { disproved: "disproved", waived: "waived", proven: "proven", "not-tried": "not tried" } as const;
const MARKS = { disproved: "✗", waived: "~", proven: "✓", "not-tried": "–" } as const;

const MOST_SHOWN = 8;

/** `startUpMs` as `start up`, and its number with the unit. */
const measurement = ([key, value]: readonly [string, TrialVerdict["measured"][string]]): readonly [string, string] => {
  const [, stem = key, unit] = /^(.*?)(Bytes|Ms|Seconds)?$/.exec(key) ?? [];
  const name = (stem === "" ? key : stem).replaceAll(/(?<=[a-z0-9])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  const one = (item: string | number): string => {
    const amount = Number(item);
    if (unit === undefined || item === "" || !Number.isFinite(amount)) return String(item);
    return unit === "Bytes" ? formatByteSize(amount) : shortTime(unit === "Ms" ? amount : amount * 1000);
  };
  if (typeof value === "boolean") return [name, value ? "yes" : "no"];
  if (typeof value !== "object") return key === "seconds" ? ["time", `${value} s`] : [name, one(value)];
  const more = value.length - MOST_SHOWN;
  const shown = value.slice(0, MOST_SHOWN).map(one).join(", ");
  return [name, value.length === 0 ? "none" : more > 0 ? `${shown} and ${more} more` : shown];
};

const row = ({ id, claim, because, unless, waived, measured, seconds }: TrialVerdict): Markup => {
  const numbers = Object.entries(measured).map(measurement);
  return html`<tr>
    <th class="name" scope="row">${id}<span>${claim}</span></th>
    <td>
      <p>${because}</p>
      ${waived === undefined ? NOTHING_HERE : html`<p class="waived">Waived until ${waived.until} by ${waived.by}: ${waived.why}</p>`}
      ${unless === undefined ? NOTHING_HERE : html`<p class="unless">It rests on this: ${unless}.</p>`}
    </td>
    <td class="measured">
      ${
        numbers.length === 0
          ? NOTHING_HERE
          : html`<dl>
              ${numbers.map(
                ([name, value]) =>
                  html`<dt>${name}</dt>
                    <dd>${value}</dd>`,
              )}
            </dl>`
      }
    </td>
    <td class="time">${seconds.toFixed(1)} s</td>
  </tr>`;
};

const group = (trials: readonly TrialVerdict[], verdict: TrialVerdict["verdict"]): Markup => {
  const chosen = trials.filter((one) => one.verdict === verdict);
  if (chosen.length === 0) return NOTHING_HERE;
  return html`<tbody>
    <tr class="group">
      <th class="${verdict}" colspan="4" scope="rowgroup">${MARKS[verdict]} ${WORDS[verdict]} (${chosen.length})</th>
    </tr>
    ${chosen.map(row)}
  </tbody>`;
};

const settingText = (value: TrialDocument["proposals"][number]["value"]): string =>
  typeof value === "object" ? `[${value.join(", ")}]` : String(value);

const proposalsPart = ({ proposals }: TrialDocument): Markup =>
  proposals.length === 0
    ? NOTHING_HERE
    : html`<h3>Proposed</h3>
        <table>
          <thead>
            <tr>
              <th>in the service's section</th>
              <th>measured</th>
            </tr>
          </thead>
          <tbody>
            ${proposals.map(
              ({ path, value, because }) =>
                html`<tr>
                  <td class="setting"><code>${path.join(".")}: ${settingText(value)}</code></td>
                  <td>${because}</td>
                </tr>`,
            )}
          </tbody>
        </table>
        <p class="soft"><code>seaworthy trial --fix</code> writes them into the compose file, each with its measurement.</p>`;

const differencesPart = ({ differences }: TrialDocument): Markup =>
  differences.length === 0
    ? html`<dt>as in production</dt>
        <dd>nothing but its volumes, secrets and network was replaced</dd>`
    : html`<dt>not as in production</dt>
        ${differences.map((words) => html`<dd>${words}</dd>`)}`;

const counted = ({ trials }: TrialDocument, verdict: TrialVerdict["verdict"]): number =>
  trials.filter((one) => one.verdict === verdict).length;

/** Waivers are told of where there are some. */
const told = (service: TrialDocument): readonly TrialVerdict["verdict"][] =>
  VERDICTS.filter((verdict) => verdict !== "waived" || counted(service, verdict) > 0);

const servicePart = (service: TrialDocument, index: number): Markup => {
  const { subject, at, level, seconds, smoke, upMs, trials } = service;
  const charts = trials.flatMap(({ series }) => (series === undefined ? [] : [figure(series)]));
  return html`<section class="service" id="service-${index}">
    <h2>${subjectName(service)}</h2>
    <dl class="facts">
      <dt>image</dt>
      <dd><code>${subject.image}</code></dd>
      <dt>tried</dt>
      <dd>${at}, level ${level}, ${seconds.toFixed(1)} s</dd>
      <dt>came up</dt>
      <dd>after ${shortTime(upMs)}</dd>
      <dt>shown by</dt>
      <dd>${smoke}</dd>
      ${differencesPart(service)}
    </dl>
    <ul class="counts">
      ${told(service).map((verdict) => html`<li class="${verdict}"><b>${counted(service, verdict)}</b> ${WORDS[verdict]}</li>`)}
    </ul>
    ${
      charts.length === 0
        ? NOTHING_HERE
        : html`<h3>Measured over time</h3>
            <div class="charts">${charts}</div>`
    }${proposalsPart(service)}
    <h3>Experiments</h3>
    <table>
      <thead>
        <tr>
          <th>experiment</th>
          <th>what was seen</th>
          <th>measured</th>
          <th class="time">took</th>
        </tr>
      </thead>
      ${VERDICTS.map((verdict) => group(trials, verdict))}
    </table>
  </section>`;
};

const contents = (services: readonly TrialDocument[]): Markup =>
  services.length < 2
    ? NOTHING_HERE
    : html`<nav>
        <ul>
          ${services.map(
            (one, index) =>
              html`<li>
                <a href="#service-${index}">${subjectName(one)}</a>:
                ${told(one)
                  .map((verdict) => `${counted(one, verdict)} ${WORDS[verdict]}`)
                  .join(", ")}
              </li>`,
          )}
        </ul>
      </nav>`;

/**
 * The trials of a project's services as one HTML page that needs nothing else: no script, image, font or network. What containers said stands in it as text
 * alone; a content security policy lets nothing but the page's own style in.
 * @param version of the tool that tried
 */
export const renderTrialPage = (
  services: readonly TrialDocument[],
  { project, version }: { readonly project: string; readonly version: string },
): string => {
  const style = createHash("sha256").update(TRIAL_STYLE).digest("base64");
  const title = `Sea trial of ${project}`;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-${style}'"
        />
        <meta name="referrer" content="no-referrer" />
        <title>${title}</title>
        ${{ markup: `<style>${TRIAL_STYLE}</style>` }}
      </head>
      <body>
        <main>
          <header>
            <h1>${title}</h1>
            <p class="soft">
              ${count(services.length, "service")}, run as production would run ${services.length === 1 ? "it" : "them"}, in a harmless
              place
            </p>
            ${contents(services)}
          </header>
          ${services.map(servicePart)}
          <footer>
            Seaworthy ${version}. Proven and disproved are what was seen happen, as a difference from a run as in production; what was not
            tried says why.
          </footer>
        </main>
      </body>
    </html> `.markup;
};
