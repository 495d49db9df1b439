import type { Finding } from "../checklist/index.ts";
import type { Settings } from "../project/index.ts";
import { didYouMean } from "../source/index.ts";
import { findNames, ruleNames } from "./names.ts";
import { matchesFile, names } from "./finding-match.ts";
import { outOfScope } from "./out-of-scope.ts";
import { foldersOf, placeOfSetting } from "./settings-place.ts";

/** A finding as serious as it is here. */
export type Severities = (finding: Finding) => Finding;

export const asWritten: Severities = (finding) => finding;

/** What `x-seaworthy.check.rules` makes of findings; of several entries that speak of one the last counts. `now` in milliseconds since the epoch. */
export const severitiesOf = (settings: Settings, from: string, now: number): Severities => {
  const entries = Object.entries(settings.settings.check.rules).flatMap(([name, { severity, until, paths = ["**"] }]) => {
    const ended = until !== undefined && now >= Date.parse(`${until}T00:00:00Z`) + 86_400_000;
    return severity === undefined || severity === "off" || ended
      ? []
      : [{ name, severity, paths, folders: foldersOf(settings, from, ["rules", name]) }];
  });
  if (entries.length === 0) return asWritten;
  return (finding) => {
    const said = entries.findLast(
      ({ name, paths, folders }) => names(name, finding) && paths.some((glob) => matchesFile(glob, finding.path, folders)),
    );
    return said === undefined ? finding : { ...finding, severity: said.severity };
  };
};

const known = (): readonly string[] =>
  ruleNames().flatMap(({ id, kind, aliases }) => [
    id,
    id.slice(kind.length + 1),
    ...aliases,
    ...aliases.map((alias) => alias.slice(alias.indexOf(":") + 1)),
  ]);

/** Entries of `x-seaworthy.check.rules` and `ignore` that speak of no rule. */
export const unknownRules = (settings: Settings, from: string): readonly Finding[] => {
  const { rules, ignore } = settings.settings.check;
  const named = [
    ...Object.keys(rules).map((name) => ({ name, key: ["rules", name] })),
    ...ignore.map(({ rule }, index) => ({ name: rule, key: ["ignore", index, "rule"] })),
  ];
  return named
    .filter(({ name }) => findNames(name).length === 0 && outOfScope(name) === undefined)
    .map(({ name, key }) => {
      const meant = didYouMean(name, known());
      return {
        rule: "input/unknown-rule",
        severity: "error",
        confidence: "certain",
        message: `there is no rule "${name}"${meant === undefined ? "" : `; did you mean "${meant}"?`}`,
        advice: "seaworthy check --list names every rule, with the ids of its peers.",
        ...placeOfSetting(settings, from, key),
      };
    });
};
