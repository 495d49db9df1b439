import { buildCommand } from "@stricli/core";
import type { Context } from "../context.ts";
import {
  AGE_FLAGS,
  CACHE_FLAG,
  FILE_FLAGS,
  fileFlag,
  IMAGE_ARGUMENT,
  JSON_FLAG,
  ORIGIN_FLAGS,
  parseText,
  PLATFORM_FLAG,
} from "../flags.ts";
import type { Flags } from "./scan.run.ts";

export const scan = buildCommand<Flags, [string?], Context>({
  loader: async () => (await import("./scan.run.ts")).run,
  parameters: {
    flags: {
      ...JSON_FLAG,
      ...PLATFORM_FLAG,
      ...ORIGIN_FLAGS,
      ...CACHE_FLAG,
      db: {
        kind: "parsed",
        parse: parseText,
        brief: "Folder of advisories (default: the user's cache)",
        optional: true,
        placeholder: "DIR",
      },
      fail: {
        kind: "enum",
        values: ["low", "medium", "high", "critical"],
        brief: "Refuse what is this bad or worse (default: the settings', else high)",
        optional: true,
      },
      onlyFixed: { kind: "boolean", withNegated: false, brief: "Refuse only what has a fix", optional: true },
      vex: {
        kind: "parsed",
        parse: parseText,
        brief: "What does no harm here: a file of OpenVEX or CycloneDX, beside those of the settings; may be given several times",
        optional: true,
        variadic: true,
        placeholder: "FILE",
      },
      baseline: fileFlag("Hold only what is not in it, instead of the settings' baseline"),
      ...AGE_FLAGS,
      env: FILE_FLAGS.env,
      service: {
        kind: "parsed",
        parse: parseText,
        brief: "The service that the image is for: its waivers count (default: those that name it, of the project in this folder)",
        optional: true,
        placeholder: "NAME",
      },
      why: {
        kind: "parsed",
        parse: parseText,
        brief:
          "Tell of one thing where it is, which layer and line of the Dockerfile brought it, and the smallest change that takes it out: a CVE, another advisory's id or a package",
        optional: true,
        placeholder: "WHAT",
      },
      writeBaseline: fileFlag("Write what is refused now to a baseline; one that is there only loses what is gone"),
      acceptNew: {
        kind: "boolean",
        withNegated: false,
        brief: "With --write-baseline: take in what is new, too, instead of refusing it",
        optional: true,
      },
      writeVex: fileFlag("Write what the waivers that hold say of this image as OpenVEX"),
      vexAuthor: {
        kind: "parsed",
        parse: parseText,
        brief: "Who says so in --write-vex: a person or an organisation (default: Unknown Author)",
        optional: true,
        placeholder: "NAME",
      },
      from: fileFlag("Judge this report of trivy image -f json or grype -o json instead of scanning; - for standard input"),
      format: {
        kind: "enum",
        values: ["table", "json", "sarif", "cyclonedx", "markdown"],
        brief: "Form of the report: sarif for code scanning, markdown for a pull request (default: table)",
        optional: true,
      },
      output: fileFlag("Write the report there, and one line to standard output"),
      showSuppressed: {
        kind: "boolean",
        withNegated: false,
        brief: "List what is waived, called harmless by VEX or in the baseline as well",
        optional: true,
      },
    },
    positional: {
      kind: "tuple",
      parameters: [{ ...IMAGE_ARGUMENT.parameters[0], optional: true }],
    },
  },
  docs: {
    customUsage: [
      { input: "", brief: "what runs of the project in this folder, else what it names" },
      { input: "web", brief: "one service of it" },
      { input: "shop/web:1.2.3", brief: "what is known against it" },
      { input: "shop/web:1.2.3 --why CVE-2024-45590", brief: "where it comes from and what takes it out" },
      { input: "web.tar --fail critical --only-fixed --json", brief: "for a script" },
      { input: "web.tar --write-baseline scan-baseline.json", brief: "from now on only what is new is refused, with --baseline" },
      { input: "--from trivy.json", brief: "another tool's report, judged by the same gate" },
    ],
    brief: "Known vulnerabilities of the packages in an image",
    fullDescription: `Lists the packages as seaworthy sbom does and looks them up in the advisories of seaworthy db. A distribution's packages are judged by the distribution's own advisories, by name or source, and version; what lies in a file that the distribution put there is the distribution's.
Not seen: programs that neither a package manager nor what is written in them names. What has no source of advisories is said to be not judged, and is not taken for clean.
What is refused stands in x-seaworthy.policy.scan, what is waived and called harmless in x-seaworthy.scan, of the compose file or .seaworthy.yaml of this folder; flags win. What is known to be exploited is refused unless it is waived.`,
  },
});
