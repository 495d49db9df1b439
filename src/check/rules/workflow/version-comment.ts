import { remarkOn, type RepositoryUses, versionIn } from "../../../source/workflow/index.ts";
import { ciRule, isStrict } from "../../workflow/define.ts";
import { HASH, inSteps } from "../../workflow/examples.ts";
import { repositoryUsesOf, usesSpot } from "../../workflow/look.ts";

/** The part of a comment that names a version, as written. */
const versionText = (uses: RepositoryUses): string | undefined => /(?:^|[\s=/])v?(\d[\w.+-]*)/i.exec(remarkOn(uses.node))?.[1];

const parts = (version: string): readonly string[] => version.split(".");
/** `v4` and `v4.2.2` may both be right. */
const agree = (a: string, b: string): boolean => parts(a).every((part, index) => parts(b)[index] === undefined || parts(b)[index] === part);

export const versionComment = ciRule({
  id: "workflow/version-comment",
  aliases: ["zizmor:ref-version-mismatch"],
  of: ["github-workflow", "github-action"],
  severity: "warning",
  summary: "The comment behind a pinned hash names the hash's version, and one hash has one version.",
  why: "Nobody reads hashes: a comment that says v3.8.1 behind the hash of something else hides an old or foreign version, and Dependabot updates by the comment.",
  source: "https://docs.github.com/en/actions/reference/security/secure-use#using-third-party-actions",
  examples: [
    {
      bad: inSteps(`- uses: actions/setup-node@${HASH} # v3.8.2\n- uses: actions/setup-node@${HASH} # v3.8.1`),
      good: inSteps(`- uses: actions/setup-node@${HASH} # v3.8.2\n- uses: actions/setup-node@${HASH} # v3`),
    },
  ],
  *check(subject) {
    const said = new Map<string, string>();
    for (const { uses } of repositoryUsesOf(subject.file)) {
      if (uses.pin !== "hash") continue;
      const version = versionText(uses);
      const pin = `${uses.slug}@${uses.ref ?? ""}`;
      const before = said.get(pin);
      if (version === undefined) {
        if (isStrict(subject) && versionIn(remarkOn(uses.node)) === undefined)
          yield {
            at: usesSpot(uses),
            severity: "info",
            message: `nothing says which version of ${uses.slug} this hash is`,
            advice: "Write the version in a comment behind the hash.",
          };
      } else if (before !== undefined && !agree(before, version))
        yield {
          at: usesSpot(uses),
          message: `this hash of ${uses.slug} is called ${version} here and ${before} above: at most one is right`,
          advice: "Look up which release the hash belongs to, and correct the comment or the hash.",
        };
      else said.set(pin, before !== undefined && before.length > version.length ? before : version);
    }
  },
});
