import { rememberSecret, SeaworthyError } from "../core/index.ts";

/** Asks a person, without showing what is typed. */
export interface PasswordPrompt {
  ask(words: string): Promise<string>;
}

/**
 * The password of the signing key: COSIGN_PASSWORD when it is set, the empty value included, else whoever sits at the terminal.
 * @param prompt absent where nobody can be asked.
 * @throws USAGE at once when there is neither: a prompt nobody sees hangs a pipeline.
 */
export const keyPassword = async (environment: Readonly<Record<string, string | undefined>>, prompt?: PasswordPrompt): Promise<string> => {
  const given = environment["COSIGN_PASSWORD"];
  if (given === undefined && prompt === undefined)
    throw new SeaworthyError("USAGE", "the signing key needs a password, COSIGN_PASSWORD is not set, and there is no terminal to ask at", {
      hint: "Set COSIGN_PASSWORD; an empty value is valid for a key without a password.",
    });
  const password = given ?? (await prompt?.ask("Password of the signing key: ")) ?? "";
  rememberSecret(password);
  return password;
};
