import type { Profile } from "../checklist/index.ts";

/** What the rules for CI workflows cannot know. Patterns are `owner/repo`, `owner/repo/path`, `owner/*` or `*`. */
export interface WorkflowSettings {
  /** How an action must be pinned, by pattern; of several that match the longest counts. Default: every one by its commit hash. */
  readonly pins?: Readonly<Record<string, "hash" | "ref" | "any">>;
  /** The only actions that may be used. */
  readonly allowedActions?: readonly string[];
  /** Actions that may not be used. */
  readonly deniedActions?: readonly string[];
  /** Advisories that were looked at and do not matter here, `GHSA-...`. */
  readonly acceptedAdvisories?: readonly string[];
  /** Secrets that need no environment to guard them, by name. */
  readonly openSecrets?: readonly string[];
  /** How many days old a release must be before Dependabot proposes it. Default 7. */
  readonly cooldownDays?: number;
}

/** Matters of style and habit in compose files. */
export interface ComposeSettings {
  /** Tags that name no version, beside those that never do. */
  readonly movingTags?: readonly string[];
  /** Whether `pull_policy` settles which of `build` and `image` is meant. Default true. */
  readonly pullPolicySettles?: boolean;
  /** How ports are quoted. Default `double`. */
  readonly quotes?: "single" | "double";
  /** The order of the keys at the top, `x-` standing for all extensions. */
  readonly topLevelOrder?: readonly string[];
  /** The order of a service's keys, group by group; keys of no group come last, by name. */
  readonly serviceKeyOrder?: readonly (readonly string[])[];
  /** What a container's name must match. Default: what the engine takes. */
  readonly containerName?: string;
}

/** What a label's value must be. */
export const LABEL_FORMS = ["text", "url", "rfc3339", "spdx", "hash", "semver", "email"] as const;
export type LabelForm = (typeof LABEL_FORMS)[number];

export interface DockerfileSettings {
  /** Values of ARGs, as the build will give them. */
  readonly buildArgs?: Readonly<Record<string, string>>;
  /** Labels that every image must have, and what their values must be. */
  readonly labels?: Readonly<Record<string, LabelForm>>;
  /** Whether a label that is not among `labels` is refused. Default false. */
  readonly strictLabels?: boolean;
  /** Names of ARG and ENV that hold secrets, beside those that sound like it. */
  readonly secretNames?: readonly string[];
}

/** What a user may set for rules that cannot know it (config/check.ts reads it). Every field has a default: absent. */
export interface RuleSettings {
  /** Registries images may come from, `ghcr.io` or with a path, `ghcr.io/acme`. Absent: every one. */
  readonly trustedRegistries?: readonly string[];
  /** The cluster's version, `1.29`. Absent: the newest that the rules know. */
  readonly kubernetesVersion?: string;
  readonly workflow?: WorkflowSettings;
  readonly dockerfile?: DockerfileSettings;
  readonly compose?: ComposeSettings;
  /** The profile in force: some rules say more under `strict`. Absent: `production`. */
  readonly profile?: Profile;
}
