import type { FlagParametersForType } from "@stricli/core";
import type { Context } from "./context.ts";
import type { OutputFlags } from "./outcome.ts";

const text = (input: string): string => input;

/** Which project a command is about. */
export interface FileFlags {
  readonly file?: readonly string[];
  readonly env?: string;
  readonly profile?: readonly string[];
}

export interface ProjectFlags extends OutputFlags, FileFlags {}

export const JSON_FLAG = {
  json: { kind: "boolean", withNegated: false, brief: "Print one JSON document on stdout instead of words", optional: true },
} as const satisfies FlagParametersForType<OutputFlags, Context>;

export const FILE_FLAGS = {
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
} as const satisfies FlagParametersForType<FileFlags, Context>;

export const PROJECT_FLAGS = { ...JSON_FLAG, ...FILE_FLAGS } as const satisfies FlagParametersForType<ProjectFlags, Context>;

/** Flags of commands that change something. */
export interface ChangeFlags extends ProjectFlags {
  readonly dryRun?: boolean;
}

/** Flags of commands that change what serves. */
export interface RolloutFlags extends ChangeFlags {
  readonly why?: string;
  readonly wait?: string;
}

export const CHANGE_FLAGS = {
  ...PROJECT_FLAGS,
  dryRun: { kind: "boolean", withNegated: false, brief: "Say what would be done, and change nothing", optional: true },
} as const satisfies FlagParametersForType<ChangeFlags, Context>;

/** Flags of commands that decide about a rollout. */
export interface DecideFlags extends ProjectFlags {
  readonly why?: string;
  readonly wait?: string;
}

const WORD_FLAGS = {
  why: { kind: "parsed", parse: text, brief: "Reason, for the history", optional: true, placeholder: "WORDS" },
  wait: {
    kind: "parsed",
    parse: text,
    brief: "How long to wait for another actor, e.g. 10m (default: refuse at once)",
    optional: true,
    placeholder: "DURATION",
  },
} as const;

/** Flags of commands that say something about a service's traffic. */
export interface TrafficFlags extends ChangeFlags {
  readonly why?: string;
}

export const TRAFFIC_FLAGS = { ...CHANGE_FLAGS, why: WORD_FLAGS.why } as const satisfies FlagParametersForType<TrafficFlags, Context>;

export const WAIT_FLAG = { wait: WORD_FLAGS.wait } as const;

export const DECIDE_FLAGS = { ...PROJECT_FLAGS, ...WORD_FLAGS } as const satisfies FlagParametersForType<DecideFlags, Context>;

export const ROLLOUT_FLAGS = { ...CHANGE_FLAGS, ...WORD_FLAGS } as const satisfies FlagParametersForType<RolloutFlags, Context>;

/** A file that may be named. */
export const fileFlag = (brief: string) => ({ kind: "parsed", parse: text, brief, optional: true, placeholder: "FILE" }) as const;

/** One image, wherever it is. */
export const IMAGE_ARGUMENT = {
  kind: "tuple",
  parameters: [{ parse: text, brief: "Image: a name, the path of an archive or of a layout", placeholder: "IMAGE" }],
} as const;

export const PLATFORM_FLAG = {
  platform: {
    kind: "parsed",
    parse: text,
    brief: "Which image of an index, e.g. linux/arm64 (default: this machine's)",
    optional: true,
    placeholder: "PLATFORM",
  },
} as const;

/** Where an image comes from. */
export const ORIGIN_FLAGS = {
  base: {
    kind: "parsed",
    parse: text,
    brief: "The image it was built on (default: as its labels or the Dockerfile name it, where the engine has that; else a guess)",
    optional: true,
    placeholder: "IMAGE",
  },
  file: fileFlag("The Dockerfile it was built from (default: one of this folder or its compose file whose steps it shows)"),
} as const;

/** Of commands that look into layers. */
export const CACHE_FLAG = {
  noCache: { kind: "boolean", withNegated: false, brief: "Read all layers again; what is learned of them is not kept", optional: true },
} as const;

/** Flags of commands that write an image somewhere. */
export const COPY_FLAGS = {
  ...JSON_FLAG,
  withReferrers: {
    kind: "boolean",
    withNegated: false,
    brief: "What hangs on it too: signatures, SBOMs, attestations",
    optional: true,
  },
  compress: {
    kind: "enum",
    values: ["none", "gzip", "zstd"],
    brief: "Write its layers so; other digests, the same files (default: as they are)",
    optional: true,
  },
  dryRun: { kind: "boolean", withNegated: false, brief: "Say what would be sent, and write nothing", optional: true },
} as const;

/** Images by name, or the project's own of this commit. */
export const IMAGES_ARGUMENT = {
  kind: "array",
  parameter: { parse: text, brief: "Image by digest or tag (default: the project's images of this commit)", placeholder: "IMAGE" },
} as const;

/** Services by name, or all. */
export const SERVICES_ARGUMENT = {
  kind: "array",
  parameter: { parse: text, brief: "Service (default: all)", placeholder: "SERVICE" },
} as const;

/** A service, then a command after `--`. */
export const COMMAND_ARGUMENT = {
  kind: "array",
  parameter: { parse: text, brief: "Service, then the command and its arguments after --", placeholder: "SERVICE -- COMMAND" },
} as const;

export const parseText = text;

/** Flags of commands that judge by advisories. */
export const AGE_FLAGS = {
  maxAge: {
    kind: "parsed",
    parse: text,
    brief: "Advisories older than this are stale (default: of x-seaworthy.policy.scan, else 7d)",
    optional: true,
    placeholder: "DURATION",
  },
  stale: {
    kind: "enum",
    values: ["warn", "refuse"],
    brief: "What becomes of a scan by stale advisories (default: of x-seaworthy.policy.scan, else warn)",
    optional: true,
  },
} as const satisfies FlagParametersForType<{ readonly maxAge?: string; readonly stale?: "warn" | "refuse" }, Context>;
