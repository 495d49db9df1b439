import { dockerfileKind } from "./dockerfile.ts";
import type { AnyFileKind } from "./file-kind.ts";
import { kubernetesKind } from "./kubernetes.ts";
import { workflowKind } from "./workflow.ts";

/** The kinds of files that are checked beside compose projects. A file is of the first kind that takes it. */
export const FILE_KINDS: readonly AnyFileKind[] = [workflowKind, kubernetesKind, dockerfileKind];
