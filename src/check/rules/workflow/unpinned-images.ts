import { ciRule, isStrict } from "../../workflow/define.ts";
import { inJob } from "../../workflow/examples.ts";
import { imagesOf } from "../../workflow/images.ts";

export const unpinnedImages = ciRule({
  id: "workflow/unpinned-images",
  aliases: ["zizmor:unpinned-images"],
  of: ["github-workflow", "github-action", "gitlab"],
  severity: "warning",
  summary: "Container images that jobs run in name a version, under the strict profile a digest.",
  why: "A job without a version in its image runs whatever the registry serves that day: builds break or change with no commit, and a taken-over tag runs with the pipeline's secrets.",
  source: "https://docs.docker.com/build/building/best-practices/#pin-base-image-versions",
  examples: [
    { bad: inJob("container: node\nsteps:\n  - run: npm ci"), good: inJob("container: node:24.21.0-slim\nsteps:\n  - run: npm ci") },
    { bad: "build:\n  image: alpine:latest\n  script: make\n", good: "build:\n  image: alpine:3.23\n  script: make\n" },
  ],
  *check(subject) {
    for (const { image, at, pin } of imagesOf(subject.file)) {
      if (pin === "digest" || (pin === "tag" && !isStrict(subject))) continue;
      const what = {
        none: "names no version",
        latest: "is whatever is newest",
        tag: "names a tag, which can be moved",
        unknown: "is only known when it runs",
      };
      yield {
        at,
        message: `the image ${image} ${what[pin]}`,
        advice:
          pin === "tag"
            ? "Add the digest behind the tag: name:tag@sha256:..."
            : "Name the version that was tested, better with its digest: name:tag@sha256:...",
        ...(pin === "unknown" ? { severity: "info", confidence: "possible" } : {}),
        ...(pin === "tag" ? { severity: "info" } : {}),
      };
    }
  },
});
