import type { Rule } from "../../rule.ts";
import { credentialFile } from "./credential-file.ts";
import { declaredVolumes } from "./declared-volumes.ts";
import { duplicateAccounts } from "./duplicate-accounts.ts";
import { emptyPassword } from "./empty-password.ts";
import { execForm } from "./exec-form.ts";
import { healthcheck } from "./healthcheck.ts";
import { leftovers } from "./leftovers.ts";
import { movingTag } from "./moving-tag.ts";
import { nonRoot } from "./non-root.ts";
import { raisedPrivileges } from "./raised-privileges.ts";
import { revisionLabel } from "./revision-label.ts";
import { secondRoot } from "./second-root.ts";
import { secretInImage } from "./secret-in-image.ts";
import { sizeBudget } from "./size-budget.ts";
import { notAsItSays } from "./not-as-it-says.ts";
import { stopSignal } from "./stop-signal.ts";
import { systemVolume } from "./system-volume.ts";

/** The rules for built images; of two about one item the one that says more comes first. */
export const IMAGE_RULES: readonly Rule<"image">[] = [
  credentialFile,
  declaredVolumes,
  duplicateAccounts,
  emptyPassword,
  execForm,
  healthcheck,
  leftovers,
  movingTag,
  nonRoot,
  notAsItSays,
  raisedPrivileges,
  revisionLabel,
  secondRoot,
  secretInImage,
  sizeBudget,
  stopSignal,
  systemVolume,
];
