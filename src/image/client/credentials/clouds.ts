import { exec } from "../../../core/index.ts";
import { ecrRegion, isGoogle } from "../login-hint.ts";
import { withSecret } from "./docker-config.ts";
import { programOnPath } from "./helper.ts";
import type { Credentials } from "./types.ts";

/** A cloud's own program that prints a short-lived password, and the user it is for. */
const commandFor = (
  registry: string,
): { readonly program: string; readonly args: readonly string[]; readonly username: string } | undefined => {
  const region = ecrRegion(registry);
  if (region !== undefined) return { program: "aws", args: ["ecr", "get-login-password", "--region", region], username: "AWS" };
  if (isGoogle(registry)) return { program: "gcloud", args: ["auth", "print-access-token"], username: "oauth2accesstoken" };
  return undefined;
};

/**
 * Where nothing is configured for a registry of AWS or Google: what their command-line programs give, if they are installed and logged in.
 * Undefined otherwise: the registry's refusal then says how to log in.
 */
export const fromCloud = async (
  registry: string,
  options: { readonly env: NodeJS.ProcessEnv; readonly timeoutMs: number },
): Promise<Credentials | undefined> => {
  const command = commandFor(registry);
  const program = command === undefined ? undefined : programOnPath(command.program, options.env);
  if (command === undefined || program === undefined) return undefined;
  const result = await exec(program, command.args, { timeoutMs: options.timeoutMs, maxBytes: 1024 * 1024 });
  const secret = result.stdout.trim();
  return result.exitCode !== 0 || secret === "" || /\s/.test(secret) ? undefined : withSecret(command.username, secret);
};
