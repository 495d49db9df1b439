import { readdirSync } from "node:fs";
import { join } from "node:path";
import { readTextFile, rememberSecret, type StateFolder } from "../core/index.ts";
import { filesFolder } from "./files.ts";

/** From here on no text that goes through `redact` shows a secret that this project has here. */
export const rememberSecretsOf = (state: StateFolder, project: string): void => {
  const folder = join(filesFolder(state), project);
  try {
    for (const name of readdirSync(folder)) if (name.startsWith("secret-")) rememberSecret(readTextFile(join(folder, name)));
  } catch {
    // There is none, or it cannot be read: then it cannot be shown either.
  }
};

/** Values of the environment are remembered as secrets: an application may log what it was given. Short and plain ones would blank ordinary words. */
export const rememberEnvironment = (environment: readonly string[]): void => {
  for (const one of environment) {
    const equals = one.indexOf("=");
    if (/secret|pass|pwd|token|key|credential|auth|dsn|url/i.test(one.slice(0, equals))) rememberSecret(one.slice(equals + 1));
  }
};
