import type { AnyRule } from "./rule.ts";
import { capDropAll } from "./rules/compose/cap-drop-all.ts";
import { dependantsWait } from "./rules/compose/dependants-wait.ts";
import { healthcheck } from "./rules/compose/healthcheck.ts";
import { hostAccess } from "./rules/compose/host-access.ts";
import { imageVersion } from "./rules/compose/image-version.ts";
import { init } from "./rules/compose/init.ts";
import { logRotation } from "./rules/compose/log-rotation.ts";
import { noNewPrivileges } from "./rules/compose/no-new-privileges.ts";
import { notPrivileged } from "./rules/compose/not-privileged.ts";
import { publishedPorts } from "./rules/compose/published-ports.ts";
import { readOnlyRoot } from "./rules/compose/read-only-root.ts";
import { resourceLimits } from "./rules/compose/resource-limits.ts";
import { restartPolicy } from "./rules/compose/restart-policy.ts";
import { secretInEnvironment } from "./rules/compose/secret-in-environment.ts";
import { swapLimit } from "./rules/compose/swap-limit.ts";
import { ballast } from "./rules/context/ballast.ts";
import { ignoreFile } from "./rules/context/ignore-file.ts";
import { secretFiles } from "./rules/context/secret-files.ts";
import { declaredVolumes } from "./rules/image/declared-volumes.ts";
import { execForm } from "./rules/image/exec-form.ts";
import { nonRoot } from "./rules/image/non-root.ts";
import { revisionLabel } from "./rules/image/revision-label.ts";
import { secretInImage } from "./rules/image/secret-in-image.ts";
import { sizeBudget } from "./rules/image/size-budget.ts";
import { stopSignal } from "./rules/image/stop-signal.ts";

/** Every rule, by kind; of two about one item the one that says more comes first. The folders under rules/ hold exactly these (catalogue.test.ts). */
export const RULES: readonly AnyRule[] = [
  capDropAll,
  healthcheck,
  dependantsWait,
  hostAccess,
  imageVersion,
  init,
  logRotation,
  noNewPrivileges,
  notPrivileged,
  publishedPorts,
  readOnlyRoot,
  resourceLimits,
  restartPolicy,
  secretInEnvironment,
  swapLimit,
  ballast,
  ignoreFile,
  secretFiles,
  declaredVolumes,
  execForm,
  nonRoot,
  revisionLabel,
  secretInImage,
  sizeBudget,
  stopSignal,
];

/** By its id, its name alone when only one rule has it, or a peer's id for the same meaning (`hadolint:DL3002`, `DL3002`). */
export const findRules = (text: string): readonly AnyRule[] =>
  RULES.filter(
    (rule) =>
      rule.id === text || rule.id.endsWith(`/${text}`) || rule.aliases.some((alias) => alias === text || alias.endsWith(`:${text}`)),
  );
