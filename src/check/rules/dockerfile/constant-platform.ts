import { fileRule } from "../../dockerfile/define.ts";

/** A stage that says in its name what it is for was meant so. */
const namesIt = (stage: string, platform: string): boolean =>
  platform.split("/").some((part) => part !== "" && stage.includes(part.toLowerCase()));

export const constantPlatform = fileRule({
  id: "dockerfile/constant-platform",
  aliases: ["hadolint:DL3029", "buildkit:FromPlatformFlagConstDisallowed", "kics:using_platform_with_from"],
  item: "multi-arch",
  severity: "warning",
  summary: "FROM --platform names no fixed platform.",
  why: "The stage is then built for that platform whatever the build is for: an image for arm64 gets amd64 programs, which run under emulation or not at all.",
  source: "https://docs.docker.com/reference/build-checks/from-platform-flag-const-disallowed/",
  examples: [
    { bad: "FROM --platform=linux/amd64 node:24\n", good: "FROM --platform=$BUILDPLATFORM node:24\n" },
    { bad: "FROM --platform=linux/arm64 node:24 AS build\n", good: "FROM --platform=linux/arm64 node:24 AS build-arm64\n" },
  ],
  *check({ evaluation }) {
    for (const { stage, platform } of evaluation.stages) {
      const text = platform?.word.text ?? "";
      if (platform === undefined || text === "" || text.includes("$") || namesIt(stage.name ?? "", text)) continue;
      yield {
        at: platform.word.range,
        message: `this stage is built for ${text} whatever the build is for`,
        advice: "Remove --platform; write $BUILDPLATFORM for a stage that compiles for others, or name a stage for one platform after it.",
      };
    }
  },
});
