/** Semantic version 2.0.0, whole, with an optional `v`. Tags cannot hold `+`, so build metadata comes behind `_` (as Helm writes it) or inside the pre-release. */
const VERSION = /^[vV]?(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-[0-9A-Za-z.-]+)?(?:_[0-9A-Za-z._-]+)?$/;
const COMMIT = /^(?:sha-[0-9a-f]{7,40}|[0-9a-f]{40})$/;

/** Whether a tag stands for one digest for ever: full versions and git commits do; `latest`, `1`, `1.2`, branches, `pr-N` and `sha256-*` signature tags move. */
export const isVersionTag = (tag: string): boolean => VERSION.test(tag) || COMMIT.test(tag);
