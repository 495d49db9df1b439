import type { FlagParametersForType } from "@stricli/core";
import type { Context } from "./context.ts";
import type { OutputFlags } from "./outcome.ts";

const text = (input: string): string => input;

/** Which project a command is about. */
export interface ProjectFlags extends OutputFlags {
  readonly file?: readonly string[];
  readonly env?: string;
  readonly profile?: readonly string[];
}

export const JSON_FLAG = {
  json: { kind: "boolean", brief: "Print one JSON document on stdout instead of words", optional: true },
} as const satisfies FlagParametersForType<OutputFlags, Context>;

export const PROJECT_FLAGS = {
  ...JSON_FLAG,
  file: {
    kind: "parsed",
    parse: text,
    brief: "Compose file; may be given several times (default: compose.yaml of this folder)",
    optional: true,
    variadic: true,
    placeholder: "FILE",
  },
  env: {
    kind: "parsed",
    parse: text,
    brief: "Environment: adds compose.NAME.yaml and its own project name",
    optional: true,
    placeholder: "NAME",
  },
  profile: { kind: "parsed", parse: text, brief: "Compose profile to switch on", optional: true, variadic: true, placeholder: "NAME" },
} as const satisfies FlagParametersForType<ProjectFlags, Context>;

export const DRY_RUN_FLAG = { dryRun: { kind: "boolean", brief: "Say what would be done, and change nothing", optional: true } } as const;

export const parseText = text;
