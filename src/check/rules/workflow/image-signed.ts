import { ciRule } from "../../workflow/define.ts";
import { HASH, inSteps } from "../../workflow/examples.ts";
import { callsOthers, doesAny, imageBuildsOf } from "../../workflow/image-builds.ts";

const SIGNING = [
  "actions/attest-build-provenance",
  "actions/attest",
  "notaryproject/notation-action/sign",
  "slsa-framework/slsa-github-generator/*",
];
const push = `- uses: docker/build-push-action@${HASH} # v6.18.0\n  with:\n    push: true`;

export const imageSigned = ciRule({
  id: "workflow/image-signed",
  aliases: ["checkov:CKV_GHA_5"],
  of: ["github-workflow", "gitlab"],
  severity: "warning",
  confidence: "likely",
  summary: "A pipeline that pushes an image signs it.",
  why: "A registry says only what was pushed last. Without a signature whoever gets a push token decides what every server runs, and nobody can tell.",
  source: "https://docs.sigstore.dev/quickstart/quickstart-ci/",
  examples: [{ bad: inSteps(push), good: inSteps(`${push}\n- run: cosign sign --yes ghcr.io/acme/shop@$DIGEST`) }],
  *check({ file }) {
    const [first] = imageBuildsOf(file);
    const signs = doesAny(
      file,
      SIGNING,
      (name, args) =>
        (name === "cosign" && args[0] === "sign") ||
        (name === "notation" && args[0] === "sign") ||
        (name === "seaworthy" && (args[0] === "sign" || args[0] === "ship")),
    );
    if (first !== undefined && !signs && !callsOthers(file))
      yield {
        at: first.at,
        message: `${first.how} pushes an image that nothing here signs`,
        advice: "Add a step that signs the digest: seaworthy sign, or cosign sign --yes name@digest with id-token: write.",
      };
  },
});
