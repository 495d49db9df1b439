import type { Rule } from "../../rule.ts";
import { declaredVolumes } from "./declared-volumes.ts";
import { execForm } from "./exec-form.ts";
import { nonRoot } from "./non-root.ts";
import { revisionLabel } from "./revision-label.ts";
import { secretInImage } from "./secret-in-image.ts";
import { sizeBudget } from "./size-budget.ts";
import { stopSignal } from "./stop-signal.ts";

/** The rules for built images; of two about one item the one that says more comes first. */
export const IMAGE_RULES: readonly Rule<"image">[] = [
  declaredVolumes,
  execForm,
  nonRoot,
  revisionLabel,
  secretInImage,
  sizeBudget,
  stopSignal,
];
