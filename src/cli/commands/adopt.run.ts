import { forTerminal, parseDuration } from "../../core/index.ts";
import { type AdoptOptions, type Finding, wordsOfFinding } from "../../release/index.ts";
import { adoptedManifest, contentOf, movedTags, pullCredentials, type Voyage } from "../../ship/index.ts";
import type { RolloutFlags } from "../flags.ts";
import { withVoyage } from "../host.ts";
import { type Outcome, reporting } from "../outcome.ts";
import { renderPlan } from "../render/plan.ts";
import { rolloutOutcome } from "./deploy.run.ts";

export interface Flags extends RolloutFlags {
  readonly replace?: readonly string[];
  readonly takePort?: boolean;
  readonly firewallOpen?: boolean;
  readonly settle?: string;
  readonly finish?: boolean;
}

const SCHEMA = "seaworthy/adopt@1";
const SETTLE = "90s";

const finish = async ({ project, releases, dryRun }: Voyage): Promise<Outcome> => {
  const kept = await (dryRun ? releases.keptContainers(project.name) : releases.removeKept(project.name));
  const names = kept.map(({ name }) => name);
  const human =
    names.length === 0
      ? `${project.name}: no adoption keeps a container`
      : [
          `${project.name}: ${dryRun ? "would remove" : "removed"} ${names.length} containers that were replaced, and no volume`,
          ...names.map((name) => `  ${name}`),
        ].join("\n");
  return { exit: 0, human: forTerminal(human), json: { schema: SCHEMA, state: dryRun ? "planned" : "finished", removed: names } };
};

const listed = (heading: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : [heading, ...lines.map((line) => `  ${line}`), ""];

const found = (findings: readonly Finding[], moved: readonly string[]): readonly string[] => [
  ...findings.filter(({ remedy }) => remedy === "none").map(wordsOfFinding),
  ...moved,
];

const adopt = async (voyage: Voyage, flags: Flags): Promise<Outcome> => {
  const { project, releases, progress, signal, waitMs, why, dryRun } = voyage;
  const options: AdoptOptions = {
    why,
    progress,
    signal,
    waitMs,
    keep: project.settings.release.keep,
    content: contentOf(voyage),
    credentials: pullCredentials(voyage.harbour),
    consent: { replace: flags.replace ?? [], takePort: flags.takePort === true, firewallOpen: flags.firewallOpen === true },
    httpPort: project.settings.proxy.http,
    settleMs: parseDuration(flags.settle ?? SETTLE),
  };
  const adopting = releases.adopting(project.name);
  const resumed = dryRun || !adopting ? undefined : await releases.resume(project.name, options);
  if (resumed !== undefined) return rolloutOutcome(resumed);
  const manifest = await adoptedManifest(voyage);
  const { findings, unresolved, plan, kept } = await releases.adoption(manifest, options);
  const notes = found(findings, await movedTags(voyage));
  const json = {
    schema: SCHEMA,
    findings: findings.map((one) => ({ ...one, unresolved: unresolved.includes(one) })),
    movedTags: await movedTags(voyage),
    kept: kept.map(({ name }) => name),
  };
  if (plan === undefined)
    return {
      exit: 1,
      human: forTerminal(
        [
          ...listed("noticed:", notes),
          ...listed("stands in the way; nothing was changed:", unresolved.map(wordsOfFinding)),
          "-> Bring the file in line with what runs, or agree with the flags that are named.",
        ].join("\n"),
      ),
      json: { ...json, state: "refused" },
    };
  const agreed = findings.filter(({ remedy }) => remedy !== "none").map(wordsOfFinding);
  const before = [...listed("noticed:", notes), ...listed("agreed to:", agreed)].join("\n");
  if (dryRun) {
    const keeps = kept.length === 0 ? "" : `\n\nkept, stopped, until seaworthy adopt --finish: ${kept.map(({ name }) => name).join(", ")}`;
    return { exit: 0, human: forTerminal(`${before}\n${renderPlan(plan)}${keeps}`.trimStart()), json: { ...json, state: "planned", plan } };
  }
  for (const line of [...notes, ...agreed]) progress.note(line);
  const outcome = await releases.adopt(manifest, options);
  const after = rolloutOutcome(outcome);
  const keeps =
    outcome.state === "live" && kept.length > 0
      ? `\n  ${kept.map(({ name }) => name).join(", ")} ${kept.length === 1 ? "is" : "are"} kept, stopped; seaworthy adopt --finish removes ${kept.length === 1 ? "it" : "them"}`
      : "";
  return { ...after, human: `${after.human}${forTerminal(keeps)}`, json: { ...json, state: outcome.state, rollout: after.json } };
};

export const run = reporting<Flags, []>((context, flags) =>
  withVoyage(context, flags, (voyage) => (flags.finish === true ? finish(voyage) : adopt(voyage, flags))),
);
