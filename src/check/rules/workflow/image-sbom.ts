import { flag } from "../../../source/yaml/index.ts";
import { ciRule } from "../../workflow/define.ts";
import { HASH, inSteps } from "../../workflow/examples.ts";
import { callsOthers, doesAny, imageBuildsOf } from "../../workflow/image-builds.ts";
import { stepsOf } from "../../workflow/look.ts";

const MAKING = ["anchore/sbom-action", "actions/attest-sbom", "cyclonedx/*", "docker/scout-action"];
const push = `- uses: docker/build-push-action@${HASH} # v6.18.0\n  with:\n    push: true`;

const makes = (name: string, args: readonly string[]): boolean =>
  name === "syft" ||
  name === "cyclonedx" ||
  args.some((arg) => arg === "--sbom" || arg === "--sbom=true" || arg.startsWith("--attest=type=sbom")) ||
  (name === "cosign" && args[0] === "attest") ||
  (name === "trivy" && args.some((arg) => /cyclonedx|spdx/.test(arg))) ||
  (name === "docker" && args[0] === "sbom") ||
  (name === "seaworthy" && (args[0] === "build" || args[0] === "ship"));

export const imageSbom = ciRule({
  id: "workflow/image-sbom",
  aliases: ["checkov:CKV_GHA_6"],
  of: ["github-workflow", "gitlab"],
  severity: "info",
  confidence: "likely",
  summary: "A pipeline that pushes an image attaches a list of what is in it.",
  why: "When the next hole is found, the question is which images have the package. Without a bill of materials each has to be pulled and unpacked to answer it.",
  source: "https://docs.docker.com/build/metadata/attestations/sbom/",
  examples: [{ bad: inSteps(push), good: inSteps(`${push}\n    sbom: true`) }],
  *check({ file }) {
    const [first] = imageBuildsOf(file);
    const isMade = doesAny(file, MAKING, makes) || [...stepsOf(file)].some(({ step }) => flag(step.with, "sbom") === true);
    if (first !== undefined && !isMade && !callsOthers(file))
      yield {
        at: first.at,
        message: `${first.how} pushes an image without a bill of materials`,
        advice: "Set sbom: true, or attach one with seaworthy, syft or cosign attest.",
      };
  },
});
