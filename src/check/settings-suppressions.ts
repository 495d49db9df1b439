import type { Settings } from "../project/index.ts";
import { findNames } from "./names.ts";
import { foldersOf, placeOfSetting } from "./settings-place.ts";
import type { Suppression } from "./suppression.ts";

/**
 * What `x-seaworthy.check` ignores and turns off. `from`: absolute, what the findings' paths start from. `partial`: only some of the files that it may speak of
 * are looked at, so that what hides nothing may still be needed; of settings above `from` that is always so.
 */
export const settingsSuppressions = (settings: Settings, from: string, { partial = false } = {}): readonly Suppression[] => {
  const { ignore, rules } = settings.settings.check;
  const ignored = ignore.flatMap(({ rule, path: files = "**", until, why }, index): readonly Suppression[] => {
    // A name of no rule is a finding of its own (unknownRules).
    if (findNames(rule).length === 0) return [];
    const key = ["ignore", index] as const;
    const folders = foldersOf(settings, from, key);
    return [
      {
        form: partial || folders !== undefined ? "setting" : "ours",
        rules: [rule],
        reason: why,
        ...(until === undefined ? {} : { until }),
        files,
        ...(folders === undefined ? {} : { folders }),
        ...placeOfSetting(settings, from, key),
      },
    ];
  });
  const off = Object.entries(rules).flatMap(([name, { severity, reason = "", until, paths = ["**"] }]): readonly Suppression[] => {
    if (severity !== "off") return [];
    const key = ["rules", name] as const;
    const folders = foldersOf(settings, from, key);
    return [
      {
        form: "setting",
        called: `rules: {${name}: off}`,
        rules: [name],
        reason,
        ...(until === undefined ? {} : { until }),
        files: paths,
        ...(folders === undefined ? {} : { folders }),
        ...placeOfSetting(settings, from, key),
      },
    ];
  });
  return [...ignored, ...off];
};
