import { assignmentsIn, type HistoryLine, stepsOf } from "../history/index.ts";
import { formIn } from "./forms.ts";
import { isPlaceholder } from "./text.ts";
import { secretIn } from "./value.ts";

/** A secret in what everybody who has an image reads without opening a layer. */
export interface SecretInConfiguration {
  readonly rule: string;
  readonly what: string;
  readonly isSure: boolean;
  readonly in: "environment" | "label" | "history";
  /** Of the variable, the label or the build argument. */
  readonly name?: string;
  /** Of the history, from 1. */
  readonly step?: number;
}

type Told = Pick<SecretInConfiguration, "rule" | "what" | "isSure">;

/** By its form it is sure; by its name a password is, where it is not one that everybody knows to be none. */
const told = (name: string, value: string): Told | undefined => {
  const what = secretIn(name, value);
  if (what === undefined) return undefined;
  const form = formIn(value);
  if (form !== undefined) {
    const [, password] = form.id === "url-password" ? (/:\/\/[^\s/:@]*:([^\s/@]+)@/.exec(value) ?? []) : [];
    return { rule: form.id, what, isSure: form.often === undefined && (password === undefined || !isPlaceholder(password)) };
  }
  return { rule: "named-secret", what, isSure: /password/.test(what) && !isPlaceholder(value) };
};

/** Secrets in an image's environment, labels and history: a value that several of them hold is told once. */
export const secretsInConfiguration = ({
  env,
  labels,
  history,
}: {
  readonly env: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly history: readonly HistoryLine[];
}): readonly SecretInConfiguration[] => {
  const said = new Set<string>();
  const found: SecretInConfiguration[] = [];
  const say = (name: string, value: string, where: Pick<SecretInConfiguration, "in" | "step">): void => {
    const secret = told(name.slice(name.lastIndexOf(".") + 1), value);
    if (secret === undefined || said.has(`${name}=${value}`)) return;
    said.add(`${name}=${value}`);
    found.push({ ...secret, ...where, name });
  };
  for (const entry of env) {
    const at = entry.indexOf("=");
    if (at > 0) say(entry.slice(0, at), entry.slice(at + 1), { in: "environment" });
  }
  for (const [name, value] of Object.entries(labels)) say(name, value, { in: "label" });
  for (const { number, keyword, rest, args } of stepsOf(history)) {
    const set = keyword === "ENV" || keyword === "ARG" ? assignmentsIn(rest) : [];
    for (const [name, value] of [...args, ...set]) say(name, value, { in: "history", step: number });
    const form = keyword === "RUN" ? formIn(rest) : undefined;
    if (form !== undefined && !said.has(form.pattern.exec(rest)?.[0] ?? "")) {
      const [match = ""] = form.pattern.exec(rest) ?? [];
      said.add(match);
      const [, password] = form.id === "url-password" ? (/:\/\/[^\s/:@]*:([^\s/@]+)@/.exec(match) ?? []) : [];
      const isSure = form.often === undefined && !/EXAMPLE|\$/.test(match) && (password === undefined || !isPlaceholder(password));
      found.push({ rule: form.id, what: form.what, isSure, in: "history", step: number });
    }
  }
  return found;
};
