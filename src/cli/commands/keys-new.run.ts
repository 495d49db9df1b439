import { resolve } from "node:path";
import { generateKeyPair, keyPassword, readPublicKey, writeKeyPair } from "../../trust/index.ts";
import { keyOptions } from "../host.ts";
import { type Outcome, type OutputFlags, reporting } from "../outcome.ts";

export interface Flags extends OutputFlags {
  readonly output?: string;
}

export const run = reporting<Flags, []>(async (context, flags): Promise<Outcome> => {
  const { env, prompt } = keyOptions(context);
  const password = await keyPassword(env, prompt);
  const paths = writeKeyPair(resolve(context.cwd, flags.output ?? "cosign"), generateKeyPair(password));
  const { fingerprint } = readPublicKey(paths.publicPath);
  return {
    exit: 0,
    human: `${paths.privatePath}  keep it secret and out of git\n${paths.publicPath}  trust it: x-seaworthy.trust.keys: [${flags.output ?? "cosign"}.pub]\nfingerprint ${fingerprint}`,
    json: { schema: "seaworthy/key-pair@1", ...paths, fingerprint },
  };
});
