import * as v from "valibot";
import { SeaworthyError } from "../../../core/index.ts";

/** Which tokens of a CI system's issuer count as an account: all of it must hold. */
export interface CiRule {
  /** As the tokens' `iss` has it, e.g. https://token.actions.githubusercontent.com. */
  readonly issuer: string;
  /** Must be in `aud`. */
  readonly audience: string;
  /** `sub`, where `*` stands for anything: repo:acme/shop:ref:refs/heads/main, project_path:acme/shop:*. */
  readonly subject: string;
  /** More claims and their exact values. */
  readonly claims: Readonly<Record<string, string>>;
}

const ruleSchema = v.object({ issuer: v.string(), audience: v.string(), subject: v.string(), claims: v.record(v.string(), v.string()) });

/** As it stands in the database. */
export const parseCiRule = (json: string): CiRule => v.parse(ruleSchema, JSON.parse(json));

const isLoopback = (host: string): boolean => host === "localhost" || host === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(host);

/** HTTPS, or plain HTTP to this machine. */
export const isSafeUrl = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return (
    (url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname))) && url.username === "" && url.password === ""
  );
};

/** @throws INPUT_INVALID for a rule that could never hold, or would hold for strangers */
export const requireCiRule = (rule: CiRule): CiRule => {
  const refuse = (message: string, hint: string): never => {
    throw new SeaworthyError("INPUT_INVALID", message, { hint });
  };
  if (!isSafeUrl(rule.issuer) || new URL(rule.issuer).search !== "" || new URL(rule.issuer).hash !== "")
    refuse(
      `the issuer "${rule.issuer.slice(0, 200)}" is not an https address`,
      "GitHub: https://token.actions.githubusercontent.com. GitLab: https://gitlab.com, or your own server.",
    );
  if (rule.audience === "" || rule.subject === "" || rule.subject.length > 1000 || Object.keys(rule.claims).length > 20)
    refuse(
      "a CI account needs an audience and a subject",
      "The audience is what the pipeline asks its token for, e.g. the registry's address.",
    );
  // One issuer serves everybody: who owns the project must stand in the rule.
  const before = rule.subject.indexOf("*");
  if (before !== -1 && !rule.subject.slice(0, before).includes("/"))
    refuse(
      `the subject "${rule.subject.slice(0, 200)}" would let in projects of other owners`,
      "Write the owner and the / behind it before the first *: repo:acme/shop:*, project_path:acme/*.",
    );
  return rule;
};

/** `*` for anything; linear for the few stars that a rule has. */
export const matchesSubject = (pattern: string, subject: string): boolean => {
  const pieces = pattern.split("*");
  const [head = ""] = pieces;
  const tail = pieces.length > 1 ? (pieces.at(-1) ?? "") : "";
  if (pieces.length === 1) return subject === pattern;
  if (!subject.startsWith(head) || subject.length < head.length + tail.length || !subject.endsWith(tail)) return false;
  let at = head.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = subject.indexOf(piece, at);
    if (found === -1 || found + piece.length > subject.length - tail.length) return false;
    at = found + piece.length;
  }
  return true;
};
