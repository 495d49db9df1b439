import type { Rule } from "../../rule.ts";
import { absoluteWorkdir } from "./absolute-workdir.ts";
import { acceptedSyntax } from "./accepted-syntax.ts";
import { asCase } from "./as-case.ts";
import { cd } from "./cd.ts";
import { consecutiveRuns } from "./consecutive-runs.ts";
import { constantPlatform } from "./constant-platform.ts";
import { copyFromItself } from "./copy-from-itself.ts";
import { copyNotAdd } from "./copy-not-add.ts";
import { credentialFile } from "./credential-file.ts";
import { definitionDescription } from "./definition-description.ts";
import { destinationSlash } from "./destination-slash.ts";
import { duplicateStageName } from "./duplicate-stage-name.ts";
import { emptyContinuation } from "./empty-continuation.ts";
import { execForm } from "./exec-form.ts";
import { exposeFormat } from "./expose-format.ts";
import { exposeProtocolCase } from "./expose-protocol-case.ts";
import { firstInstruction } from "./first-instruction.ts";
import { healthcheck } from "./healthcheck.ts";
import { idleHealthcheck } from "./idle-healthcheck.ts";
import { ignoreComments } from "./ignore-comments.ts";
import { ignoredSource } from "./ignored-source.ts";
import { invalidDefaultBase } from "./invalid-default-base.ts";
import { keyValueForm } from "./key-value-form.ts";
import { killSignal } from "./kill-signal.ts";
import { keywordCase } from "./keyword-case.ts";
import { labelCommit } from "./label-commit.ts";
import { labelEmpty } from "./label-empty.ts";
import { labelExtra } from "./label-extra.ts";
import { labelKey } from "./label-key.ts";
import { labelLicence } from "./label-licence.ts";
import { labelMail } from "./label-mail.ts";
import { labelRequired } from "./label-required.ts";
import { labelTime } from "./label-time.ts";
import { labelUrl } from "./label-url.ts";
import { labelVersion } from "./label-version.ts";
import { latestBase } from "./latest-base.ts";
import { layerOrder } from "./layer-order.ts";
import { maintainer } from "./maintainer.ts";
import { minimalBase } from "./minimal-base.ts";
import { numericUser } from "./numeric-user.ts";
import { ociLabels } from "./oci-labels.ts";
import { onbuildTrigger } from "./onbuild-trigger.ts";
import { ownedExecutables } from "./owned-executables.ts";
import { secretInCommand } from "./secret-in-command.ts";
import { passwordInBuild } from "./password-in-build.ts";
import { pinnedBase } from "./pinned-base.ts";
import { portRange } from "./port-range.ts";
import { redundantPlatform } from "./redundant-platform.ts";
import { relativeDestination } from "./relative-destination.ts";
import { remoteAdd } from "./remote-add.ts";
import { reservedStageName } from "./reserved-stage-name.ts";
import { rootUser } from "./root-user.ts";
import { secretInVariable } from "./secret-in-variable.ts";
import { selfReference } from "./self-reference.ts";
import { severalCommands } from "./several-commands.ts";
import { severalEntrypoints } from "./several-entrypoints.ts";
import { severalHealthchecks } from "./several-healthchecks.ts";
import { sshPort } from "./ssh-port.ts";
import { stageByNumber } from "./stage-by-number.ts";
import { stageNameCase } from "./stage-name-case.ts";
import { sudo } from "./sudo.ts";
import { systemDirectory } from "./system-directory.ts";
import { trustedRegistry } from "./trusted-registry.ts";
import { undefinedArgInFrom } from "./undefined-arg-in-from.ts";
import { undefinedStage } from "./undefined-stage.ts";
import { undefinedVariable } from "./undefined-variable.ts";
import { unpackedArchive } from "./unpacked-archive.ts";
import { untaggedBase } from "./untagged-base.ts";
import { userMissing } from "./user-missing.ts";
import { useraddSparse } from "./useradd-sparse.ts";
import { wholeFilesystem } from "./whole-filesystem.ts";
import { worldWritable } from "./world-writable.ts";

/** The rules for Dockerfiles, by name. */
export const DOCKERFILE_RULES: readonly Rule<"dockerfile">[] = [
  absoluteWorkdir,
  acceptedSyntax,
  asCase,
  cd,
  consecutiveRuns,
  constantPlatform,
  copyFromItself,
  copyNotAdd,
  credentialFile,
  definitionDescription,
  destinationSlash,
  duplicateStageName,
  emptyContinuation,
  execForm,
  exposeFormat,
  exposeProtocolCase,
  firstInstruction,
  healthcheck,
  idleHealthcheck,
  ignoreComments,
  ignoredSource,
  invalidDefaultBase,
  keyValueForm,
  killSignal,
  keywordCase,
  labelCommit,
  labelEmpty,
  labelExtra,
  labelKey,
  labelLicence,
  labelMail,
  labelRequired,
  labelTime,
  labelUrl,
  labelVersion,
  latestBase,
  layerOrder,
  maintainer,
  minimalBase,
  numericUser,
  ociLabels,
  onbuildTrigger,
  ownedExecutables,
  passwordInBuild,
  secretInCommand,
  pinnedBase,
  portRange,
  redundantPlatform,
  relativeDestination,
  remoteAdd,
  reservedStageName,
  rootUser,
  secretInVariable,
  selfReference,
  severalCommands,
  severalEntrypoints,
  severalHealthchecks,
  sshPort,
  stageByNumber,
  stageNameCase,
  sudo,
  systemDirectory,
  trustedRegistry,
  undefinedArgInFrom,
  undefinedStage,
  undefinedVariable,
  unpackedArchive,
  untaggedBase,
  userMissing,
  useraddSparse,
  wholeFilesystem,
  worldWritable,
];
