import { parseRepositoryGlob, type Glob } from "../glob.ts";

/** Everything that can be done to a repository. */
export const ACTIONS = ["pull", "push", "delete"] as const;
export type Action = (typeof ACTIONS)[number];

export interface Grant {
  /** See `parseRepositoryGlob`. */
  readonly pattern: string;
  readonly actions: readonly Action[];
}

/** Rights as they were granted, compiled. */
export type Rights = (action: Action, repository: string) => boolean;

/** @throws INPUT_INVALID for a pattern that is none */
export const rightsOf = (grants: readonly Grant[]): Rights => {
  const compiled: readonly { readonly matches: Glob; readonly actions: ReadonlySet<Action> }[] = grants.map((grant) => ({
    matches: parseRepositoryGlob(grant.pattern),
    actions: new Set(grant.actions),
  }));
  return (action, repository) => compiled.some((grant) => grant.actions.has(action) && grant.matches(repository));
};

/** Who asks, as far as the registry believes it. */
export interface Identity {
  /** The account's name; `anonymous` for nobody, `anyone` in an open registry. */
  readonly name: string;
  /** With what was shown for this request: a token may open less than its account has. */
  readonly may: Rights;
  /** With everything the account has. */
  readonly holds: Rights;
}

/** Whether someone may do this to a repository: the one question for handlers, mirrors and lists alike. */
export const may = (identity: Identity, action: Action, repository: string): boolean => identity.may(action, repository);
