import type { Clock } from "../../core/index.ts";
import type { Policy } from "./policy.ts";
import type { RegistrySettings } from "./settings-schema.ts";

/** How long a lease goes without being written again, at most: who was told that something is there may have been told by a lease this old. */
export const LEASE_MS = 10 * 60_000;

/** The policy that is in effect, for whoever goes on while the settings change. */
export interface CurrentPolicy extends Policy {
  replace(policy: Policy): void;
}

export const currentPolicy = (first: Policy, clock: Clock): CurrentPolicy => {
  let policy = first;
  /** What was promised under a longer grace is kept until every lease of that time has been written again. */
  let promised: { readonly grace: RegistrySettings["gc"]["grace"]; readonly until: number } = { grace: first.settings.gc.grace, until: 0 };
  const settings = (): RegistrySettings => {
    const said = policy.settings;
    if (clock.now() >= promised.until || said.gc.grace >= promised.grace) return said;
    return { ...said, gc: { ...said.gc, grace: promised.grace } };
  };
  return {
    get settings() {
      return settings();
    },
    isImmutable: (repository, tag) => policy.isImmutable(repository, tag),
    retentionOf: (repository) => policy.retentionOf(repository),
    replace: (next) => {
      promised = { grace: settings().gc.grace, until: clock.now() + LEASE_MS };
      policy = next;
    },
  };
};
