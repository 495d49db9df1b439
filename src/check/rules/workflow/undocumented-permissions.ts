import { commentBehind, meaningOf, type Permissions } from "../../../source/workflow/index.ts";
import { head } from "../../../source/yaml/index.ts";
import { ciRule } from "../../workflow/define.ts";
import { inJob } from "../../workflow/examples.ts";

type Scopes = Extract<Permissions, { readonly kind: "scopes" }>["scopes"];

/** A checkout explains `contents: read`. */
const isPlain = (scopes: Scopes): boolean => scopes.length === 1 && scopes[0]?.name === "contents" && scopes[0].level === "read";

const isExplained = ({ key, value }: Scopes[number]): boolean => {
  if (meaningOf(commentBehind(value)) !== "") return true;
  const { source, start } = key;
  const above = source.line(source.position(start).line - 1).trim();
  return above.startsWith("#") && meaningOf(above.slice(1)) !== "";
};

export const undocumentedPermissions = ciRule({
  id: "workflow/undocumented-permissions",
  aliases: ["zizmor:undocumented-permissions"],
  of: ["github-workflow"],
  profile: "strict",
  severity: "info",
  summary: "Each permission of a token says in a comment what needs it.",
  why: "A permission without a reason is never taken away again: nobody dares to, and the token keeps what one step needed years ago.",
  source: "https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#permissions",
  examples: [
    {
      bad: inJob("permissions:\n  packages: write\nsteps:\n  - run: make"),
      good: inJob("permissions:\n  packages: write # pushes the image\nsteps:\n  - run: make"),
    },
  ],
  *check({ file }) {
    for (const permissions of [file.permissions, ...file.jobs.map((job) => job.permissions)]) {
      if (permissions.kind !== "scopes" || isPlain(permissions.scopes)) continue;
      for (const scope of permissions.scopes)
        if (!isExplained(scope))
          yield {
            at: head(scope.key),
            message: `nothing says what needs ${scope.name}: ${scope.level}`,
            advice: "Write it in a comment behind the permission.",
          };
    }
  },
});
