import { existsSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { readOwnFile } from "../../project/index.ts";
import type { TagRules } from "../store/tags.ts";
import { parseGlob } from "../glob.ts";
import { type RegistrySettings, registrySettingsSchema, type RetainRule } from "./settings-schema.ts";
import { isVersionTag } from "./version-tags.ts";

const SETTINGS_FILE = "registry.yaml";

/** A rule of retention with its patterns ready. */
export interface RetentionRule extends Omit<RetainRule, "tags"> {
  /** As written, for reasons. */
  readonly patterns: readonly string[];
  matches(tag: string): boolean;
}

/** What the settings say, ready to be asked. */
export interface Policy extends TagRules {
  readonly settings: RegistrySettings;
  /** In the order they decide; none when no entry speaks of the repository. */
  retentionOf(repository: string): readonly RetentionRule[];
}

const anyOf = (patterns: readonly string[]): ((name: string) => boolean) => {
  const globs = patterns.map(parseGlob);
  return (name) => globs.some((glob) => glob(name));
};

const policyOf = (settings: RegistrySettings): Policy => {
  const entries = settings.repositories.map(({ match, immutable = [], moving = [], retain }) => ({
    matches: anyOf(match),
    isImmutable: anyOf(immutable),
    isMoving: anyOf(moving),
    rules: retain.map(({ tags, ...rule }): RetentionRule => ({ ...rule, patterns: tags, matches: anyOf(tags) })),
  }));
  const entryOf = (repository: string) => entries.find((entry) => entry.matches(repository));
  return {
    settings,
    isImmutable: (repository, tag) => {
      const entry = entryOf(repository);
      if (entry?.isMoving(tag) === true) return false;
      return isVersionTag(tag) || entry?.isImmutable(tag) === true;
    },
    retentionOf: (repository) => entryOf(repository)?.rules ?? [],
  };
};

/** Reads `registry.yaml` of a data folder; without one the defaults hold. @throws INPUT_INVALID, FIELD_UNKNOWN with every problem at its line */
export const readPolicy = (dataFolder: string): Policy => {
  const path = join(dataFolder, SETTINGS_FILE);
  return policyOf(existsSync(path) ? readOwnFile(path, registrySettingsSchema) : v.parse(registrySettingsSchema, {}));
};
