import type { Rule } from "../../rule.ts";
import { ballast } from "./ballast.ts";
import { ignoreFile } from "./ignore-file.ts";
import { secretContent } from "./secret-content.ts";
import { secretFiles } from "./secret-files.ts";
import { wrapperExec } from "./wrapper-exec.ts";

/** The rules for build contexts; of two about one item the one that says more comes first. */
export const CONTEXT_RULES: readonly Rule<"context">[] = [ballast, ignoreFile, secretFiles, secretContent, wrapperExec];
