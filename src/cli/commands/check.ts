import { buildCommand } from "@stricli/core";
import type { Context } from "../context.ts";
import { PROJECT_FLAGS } from "../flags.ts";
import type { Flags } from "./check.run.ts";

export const check = buildCommand<Flags, string[], Context>({
  loader: async () => (await import("./check.run.ts")).run,
  parameters: {
    flags: {
      ...PROJECT_FLAGS,
      fix: {
        kind: "boolean",
        withNegated: false,
        brief: "Mend what rules can mend, and write it once it was checked again",
        optional: true,
      },
      dryRun: { kind: "boolean", withNegated: false, brief: "With --fix: show the changes as a diff and write nothing", optional: true },
    },
    positional: {
      kind: "array",
      parameter: {
        parse: (input: string) => input,
        brief: "File or folder, - for standard input (default: this folder)",
        placeholder: "PATH",
      },
    },
  },
  docs: {
    customUsage: [
      { input: "", brief: "findings with the place, the reason and what to do" },
      { input: "k8s/ .github/", brief: "these folders only" },
      { input: "-", brief: "manifests on standard input: helm template CHART | seaworthy check -" },
      { input: "--fix --dry-run", brief: "what --fix would change, as a diff" },
      { input: "--json", brief: "the same for scripts, schema seaworthy/findings@1" },
    ],
    brief: "What stands between this repository and production",
    fullDescription: `Reads the files that say how containers are built and run (compose, Kubernetes manifests, workflows), and judges them by the production checklist.\nFiles that git ignores are left out. Findings at or above the threshold (x-seaworthy.check.fail) exit 1.`,
  },
});
