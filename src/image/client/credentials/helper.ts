import { delimiter, isAbsolute, join } from "node:path";
import { existsSync } from "node:fs";
import * as v from "valibot";
import { exec, lastWords, SeaworthyError } from "../../../core/index.ts";
import { withSecret } from "./docker-config.ts";
import type { Credentials } from "./types.ts";

const NAME = /^[A-Za-z0-9._-]+$/;
const MAX_BYTES = 1024 * 1024;
const answerSchema = v.looseObject({ Username: v.string(), Secret: v.string() });

/** A program of PATH, by its whole path; folders that are not absolute are passed over: nothing of the project's may pass for a helper. */
export const programOnPath = (name: string, env: NodeJS.ProcessEnv): string | undefined =>
  (env["PATH"] ?? process.env["PATH"] ?? "")
    .split(delimiter)
    .filter((folder) => isAbsolute(folder))
    .flatMap((folder) => (process.platform === "win32" ? [join(folder, `${name}.exe`)] : [join(folder, name)]))
    .find((path) => existsSync(path));

/**
 * Asks a credential helper (docker-credential-helpers, README: `get` reads the server's key on stdin). Undefined where it knows none.
 * @throws TOOL_MISSING; DEADLINE; INPUT_INVALID for a name that is none; REGISTRY_REFUSED with the helper's words
 */
export const askHelper = async (
  suffix: string,
  key: string,
  options: { readonly env: NodeJS.ProcessEnv; readonly timeoutMs: number; readonly where: string },
): Promise<Credentials | undefined> => {
  if (!NAME.test(suffix))
    throw new SeaworthyError("INPUT_INVALID", `"${suffix.slice(0, 60)}" in ${options.where} is not the name of a credential helper`);
  const name = `docker-credential-${suffix}`;
  const program = programOnPath(name, options.env);
  if (program === undefined)
    throw new SeaworthyError("TOOL_MISSING", `there is no program "${name}" on PATH, which ${options.where} names for ${key}`, {
      hint: `Install it, or take credHelpers or credsStore out of ${options.where} and log in again.`,
    });
  const result = await exec(program, ["get"], { input: `${key}\n`, timeoutMs: options.timeoutMs, maxBytes: MAX_BYTES });
  if (result.exitCode !== 0) {
    if (/credentials not found/i.test(`${result.stdout} ${result.stderr}`)) return undefined;
    throw new SeaworthyError("REGISTRY_REFUSED", `${name} could not give the credentials of ${key}: ${lastWords(result, 3)}`, {
      hint: `Try it: echo ${key} | ${name} get`,
    });
  }
  try {
    const answer = v.parse(answerSchema, JSON.parse(result.stdout));
    return answer.Secret === "" ? undefined : withSecret(answer.Username, answer.Secret);
  } catch {
    throw new SeaworthyError("REGISTRY_REFUSED", `${name} answered with something that is no credential for ${key}`);
  }
};
