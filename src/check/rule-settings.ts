/** What a user may set for rules that cannot know it. Every field has a default: absent. */
export interface RuleSettings {
  /** Registries images may come from, `ghcr.io` or with a path, `ghcr.io/acme`. Absent: every one. */
  readonly trustedRegistries?: readonly string[];
  /** The cluster's version, `1.29`. Absent: the newest that the rules know. */
  readonly kubernetesVersion?: string;
}

export const NO_SETTINGS: RuleSettings = {};
