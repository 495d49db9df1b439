import type { Rule } from "../../rule.ts";
import { adhocPackages } from "./adhoc-packages.ts";
import { alwaysTrue } from "./always-true.ts";
import { archivedUses } from "./archived-uses.ts";
import { botConditions } from "./bot-conditions.ts";
import { cachePoisoning } from "./cache-poisoning.ts";
import { concurrency } from "./concurrency.ts";
import { dangerousTriggers } from "./dangerous-triggers.ts";
import { dependabotCooldown } from "./dependabot-cooldown.ts";
import { dependabotExecution } from "./dependabot-execution.ts";
import { dispatchInputs } from "./dispatch-inputs.ts";
import { environmentFiles } from "./environment-files.ts";
import { githubAppToken } from "./github-app-token.ts";
import { imageSbom } from "./image-sbom.ts";
import { imageSigned } from "./image-signed.ts";
import { insecureCommands } from "./insecure-commands.ts";
import { insecureUrls } from "./insecure-urls.ts";
import { knownVulnerableUses } from "./known-vulnerable-uses.ts";
import { misfeature } from "./misfeature.ts";
import { named } from "./named.ts";
import { obfuscation } from "./obfuscation.ts";
import { permissions } from "./permissions.ts";
import { persistedCredentials } from "./persisted-credentials.ts";
import { pipedToShell } from "./piped-to-shell.ts";
import { printedSecrets } from "./printed-secrets.ts";
import { privilegedDocker } from "./privileged-docker.ts";
import { scriptSyntax } from "./script-syntax.ts";
import { secretInBuildArgs } from "./secret-in-build-args.ts";
import { secretsInherited } from "./secrets-inherited.ts";
import { secretsOutsideEnvironment } from "./secrets-outside-environment.ts";
import { secretsSentAway } from "./secrets-sent-away.ts";
import { selfHostedRunner } from "./self-hosted-runner.ts";
import { selfRepository } from "./self-repository.ts";
import { templateInjection } from "./template-injection.ts";
import { trustedPublishing } from "./trusted-publishing.ts";
import { typosquat } from "./typosquat.ts";
import { undocumentedPermissions } from "./undocumented-permissions.ts";
import { unneededUses } from "./unneeded-uses.ts";
import { unpinnedImages } from "./unpinned-images.ts";
import { unpinnedTools } from "./unpinned-tools.ts";
import { unpinnedUses } from "./unpinned-uses.ts";
import { unprotectedDeploy } from "./unprotected-deploy.ts";
import { unredactedSecrets } from "./unredacted-secrets.ts";
import { unsoundContains } from "./unsound-contains.ts";
import { unsoundTernary } from "./unsound-ternary.ts";
import { versionComment } from "./version-comment.ts";
import { wellFormed } from "./well-formed.ts";
import { wholeSecrets } from "./whole-secrets.ts";
import { writtenCredentials } from "./written-credentials.ts";

/** The rules for CI workflows, by name. */
export const WORKFLOW_RULES: readonly Rule<"workflow">[] = [
  adhocPackages,
  alwaysTrue,
  archivedUses,
  botConditions,
  cachePoisoning,
  concurrency,
  dangerousTriggers,
  dependabotCooldown,
  dependabotExecution,
  dispatchInputs,
  environmentFiles,
  githubAppToken,
  imageSbom,
  imageSigned,
  insecureCommands,
  insecureUrls,
  knownVulnerableUses,
  misfeature,
  named,
  obfuscation,
  permissions,
  persistedCredentials,
  pipedToShell,
  printedSecrets,
  privilegedDocker,
  scriptSyntax,
  secretInBuildArgs,
  secretsInherited,
  secretsOutsideEnvironment,
  secretsSentAway,
  selfHostedRunner,
  selfRepository,
  templateInjection,
  trustedPublishing,
  typosquat,
  undocumentedPermissions,
  unneededUses,
  unpinnedImages,
  unpinnedTools,
  unpinnedUses,
  unprotectedDeploy,
  unredactedSecrets,
  unsoundContains,
  unsoundTernary,
  versionComment,
  wellFormed,
  wholeSecrets,
  writtenCredentials,
];
