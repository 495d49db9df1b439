import type { Version } from "../../source/workflow/index.ts";

export interface ActionAdvisory {
  readonly id: string;
  /** `owner/repo` in lower case. */
  readonly action: string;
  /** The first version with the hole; absent: all before the fix. */
  readonly from?: Version;
  /** The first version without it. */
  readonly before: Version;
  readonly what: string;
}

/** Grave holes in actions that many use (https://github.com/advisories, ecosystem Actions). Not a database: the scan has one, and asks for more than a text shows. */
export const ADVISORIES: readonly ActionAdvisory[] = [
  {
    id: "GHSA-mrrh-fwg8-r2c3",
    action: "tj-actions/changed-files",
    before: [46, 0, 1],
    what: "was replaced by code that printed secrets into logs",
  },
  { id: "GHSA-mcph-m25j-8j63", action: "tj-actions/changed-files", before: [41, 0, 0], what: "runs names of changed files as shell code" },
  { id: "GHSA-8v8w-v8xg-79rf", action: "tj-actions/branch-names", before: [7, 0, 7], what: "runs branch names as shell code" },
  { id: "GHSA-gq52-6phf-x2r6", action: "tj-actions/branch-names", before: [9, 0, 0], what: "runs branch names as shell code" },
  {
    id: "GHSA-qmg3-hpqr-gqvc",
    action: "reviewdog/action-setup",
    from: [1],
    before: [1, 3, 2],
    what: "was replaced by code that printed secrets into logs",
  },
  {
    id: "GHSA-cxww-7g56-2vh6",
    action: "actions/download-artifact",
    from: [4, 0, 0],
    before: [4, 1, 3],
    what: "writes files of an artifact outside of its folder",
  },
  { id: "GHSA-7x29-qqmq-v6qc", action: "ultralytics/actions", before: [0, 0, 3], what: "runs names of branches as shell code" },
  {
    id: "GHSA-26wh-cc3r-w6pj",
    action: "canonical/get-workflow-version-action",
    before: [1, 0, 1],
    what: "shows a token in its error message",
  },
  {
    id: "GHSA-g86g-chm8-7r2p",
    action: "check-spelling/check-spelling",
    before: [0, 0, 19],
    what: "gives the token to whoever opens a pull request",
  },
  { id: "GHSA-65rg-554r-9j5x", action: "lycheeverse/lychee-action", before: [2, 0, 2], what: "runs an input as shell code" },
  {
    id: "GHSA-6q4m-7476-932w",
    action: "rlespinasse/github-slug-action",
    from: [4, 0, 0],
    before: [4, 4, 1],
    what: "sets unsafe environment variables from branch names",
  },
  { id: "GHSA-f9qj-7gh3-mhj4", action: "kartverket/github-workflows", before: [2, 7, 5], what: "runs text of pull requests as shell code" },
];
