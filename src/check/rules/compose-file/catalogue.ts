import type { Rule } from "../../rule.ts";
import { dependencyOrder } from "./dependency-order.ts";
import { plainVolumes } from "./plain-volumes.ts";
import { portOrder } from "./port-order.ts";
import { projectNameRule } from "./project-name.ts";
import { quotedPorts } from "./quoted-ports.ts";
import { serviceKeyOrder } from "./service-key-order.ts";
import { serviceOrder } from "./service-order.ts";
import { topLevelOrder } from "./top-level-order.ts";
import { versionField } from "./version-field.ts";

/** The rules for how compose files are written. */
export const COMPOSE_FILE_RULES: readonly Rule<"compose-file">[] = [
  dependencyOrder,
  plainVolumes,
  portOrder,
  projectNameRule,
  quotedPorts,
  serviceKeyOrder,
  serviceOrder,
  topLevelOrder,
  versionField,
];
