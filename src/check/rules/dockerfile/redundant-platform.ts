import { fileRule } from "../../dockerfile/define.ts";

export const redundantPlatform = fileRule({
  id: "dockerfile/redundant-platform",
  aliases: ["hadolint:DL3065", "buildkit:RedundantTargetPlatform"],
  item: "multi-arch",
  severity: "info",
  summary: "FROM does not ask for the platform that it gets anyway.",
  why: "The target platform is the default. Written out it hides the stages whose platform does matter, and breaks where the variable is not set.",
  source: "https://docs.docker.com/reference/build-checks/redundant-target-platform/",
  examples: [{ bad: "FROM --platform=$TARGETPLATFORM node:24\n", good: "FROM --platform=$BUILDPLATFORM node:24\n" }],
  *check({ evaluation }) {
    for (const { platform } of evaluation.stages)
      if (platform !== undefined && /^(["']?)\$(?:TARGETPLATFORM|\{TARGETPLATFORM(?::?-)?\})\1$/.test(platform.word.text))
        yield {
          at: platform.word.range,
          message: `--platform=${platform.word.text} is what FROM does by itself`,
          advice: "Remove it.",
        };
  },
});
