/** Peers' rules that we do not have on purpose, and where the reason stands. */
const OUT_OF_SCOPE: readonly (readonly [RegExp, string])[] = [
  // Flags and files of the API server, controller manager, scheduler, etcd and kubelet: one who runs containers does not run these.
  [/^trivy:KCV-00(?!93$)\d\d$/, "control plane: docs/decisions/0010-kubernetes-rules.md"],
  [/^checkov:CKV_K8S_(?:6[89]|[7-9]\d|1[0-4]\d|15[01])$/, "control plane: docs/decisions/0010-kubernetes-rules.md"],
  // Only GitHub's own service knows which commits, tags and branches a repository has.
  [/^zizmor:(?:impostor-commit|ref-confusion|stale-action-refs)$/, "asks GitHub: docs/decisions/0011-workflow-rules.md"],
];

/** Why a peer's rule, as `tool:id`, is not judged here; undefined when it is no such one. */
export const outOfScope = (alias: string): string | undefined => OUT_OF_SCOPE.find(([pattern]) => pattern.test(alias))?.[1];
