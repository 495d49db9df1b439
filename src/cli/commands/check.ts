import { buildCommand } from "@stricli/core";
import type { Profile } from "../../checklist/index.ts";
import type { Context } from "../context.ts";
import { parseText, PROJECT_FLAGS } from "../flags.ts";
import type { Flags } from "./check.run.ts";

/** Written out: help loads nothing that checking needs. */
const POLICIES = ["dev", "production", "strict"] as const satisfies readonly Profile[];

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
      policy: {
        kind: "enum",
        values: POLICIES,
        brief: "How much is asked, instead of the settings' profile (--profile is Compose's)",
        optional: true,
      },
      list: {
        kind: "boolean",
        withNegated: false,
        brief: "Print every rule instead of checking; with --policy those that it asks",
        optional: true,
      },
      registries: {
        kind: "boolean",
        withNegated: false,
        brief: "Ask registries, too, how base images are configured; else only this machine's engine is asked",
        optional: true,
      },
      image: {
        kind: "parsed",
        parse: parseText,
        brief: "Check an image instead of files: a name, an archive (docker save) or an OCI layout; may be given several times",
        optional: true,
        variadic: true,
        placeholder: "IMAGE",
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
      { input: "--policy strict", brief: "with the rules of taste and habit" },
      { input: "--list", brief: "every rule: id, severity, profile, item, what must be so" },
      { input: "--image shop/web:1.2.3", brief: "an image by itself, down to its layers; also image.tar, or a layout's folder" },
      { input: "--json", brief: "the same for scripts, schema seaworthy/findings@1" },
    ],
    brief: "What stands between this repository and production",
    fullDescription: `Reads the files that say how containers are built and run (compose, Dockerfiles, Kubernetes manifests, workflows), and judges them by the production checklist.\nFiles that git ignores are left out. Settings stand in x-seaworthy.check of the compose file or in .seaworthy.yaml. Findings at or above the threshold (check.fail) exit 1.`,
  },
});
