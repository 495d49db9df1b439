import { compareVersions, remarkOn, type RepositoryUses, usesMatches, type Version, versionIn } from "../../source/workflow/index.ts";
import { has, text, type YamlNode } from "../../source/yaml/index.ts";
import type { UsePlace } from "./look.ts";

/** `maybe`: a template decides during the run. */
export type Usage = "on" | "off" | "maybe";

/** How an action's inputs decide whether it does something. */
export type Control =
  | { readonly input: string; readonly onWhen: "true" | "false" | "filled" | readonly string[]; readonly unset: "on" | "off" }
  | { readonly input: string; readonly offWhen: readonly string[]; readonly unset: "on" | "off" }
  | { readonly olderThan: Version }
  | { readonly from: Version }
  | { readonly all: readonly Control[] }
  | { readonly any: readonly Control[] };

export const ALWAYS: Control = { all: [] };

/** One action, by its pattern, and when it does what a rule looks for. */
export interface Watched {
  readonly action: string;
  readonly control: Control;
}

/** The version that a use names, in its ref or, behind a hash, in the comment. */
export const versionOf = (uses: RepositoryUses): Version | undefined =>
  versionIn(uses.pin === "hash" ? remarkOn(uses.node) : (uses.ref ?? ""));

const inputUsage = (control: Extract<Control, { readonly input: string }>, inputs: YamlNode | undefined): Usage => {
  if (inputs?.kind === "scalar" && inputs.value !== null) return "maybe";
  if (!has(inputs, control.input)) return control.unset;
  const written = (text(inputs, control.input) ?? "").trim().toLowerCase();
  if (written.includes("${{")) return "maybe";
  if ("offWhen" in control) return control.offWhen.includes(written) ? "off" : "on";
  if (control.onWhen === "filled") return written === "" ? "off" : "on";
  if (control.onWhen === "true") return written === "false" ? "off" : "on";
  if (control.onWhen === "false") return written === "true" ? "off" : "on";
  return control.onWhen.includes(written) ? "on" : "off";
};

/** Whether an action with these inputs does it. */
export const usageOf = (control: Control, place: UsePlace & { readonly uses: RepositoryUses }): Usage => {
  if ("input" in control) return inputUsage(control, place.with);
  if ("olderThan" in control) {
    const version = versionOf(place.uses);
    return version === undefined || compareVersions(version, control.olderThan) < 0 ? "on" : "off";
  }
  if ("from" in control) {
    const version = versionOf(place.uses);
    return version === undefined || compareVersions(version, control.from) >= 0 ? "on" : "off";
  }
  const parts = ("all" in control ? control.all : control.any).map((part) => usageOf(part, place));
  const [decisive, otherwise]: readonly [Usage, Usage] = "all" in control ? ["off", "on"] : ["on", "off"];
  if (parts.includes(decisive)) return decisive;
  return parts.includes("maybe") ? "maybe" : otherwise;
};

/** The first of the watched actions that a step uses and that does it, or may. */
export const watchedUse = (watched: readonly Watched[], place: UsePlace): (Watched & { readonly usage: "on" | "maybe" }) | undefined => {
  const { uses } = place;
  if (uses.kind !== "repository" || place.step?.isDead === true) return undefined;
  for (const one of watched) {
    if (!usesMatches(uses, one.action)) continue;
    const usage = usageOf(one.control, { ...place, uses });
    if (usage !== "off") return { ...one, usage };
  }
  return undefined;
};
