import { resolve } from "node:path";
import * as v from "valibot";
import { isRepository, isSeaworthyError, parseReference, readTextFile, rememberSecret } from "../../core/index.ts";
import { type CredentialSource, dockerCredentials } from "../../image/index.ts";
import { described, durationSchema } from "../../project/index.ts";
import { parseRepositoryGlob } from "../glob.ts";
import { mirrorName, type MirrorSettings } from "./settings.ts";

/** Whether `parse` takes the text; a failure of ours is the user's. */
const takes = (parse: () => boolean): boolean => {
  try {
    return parse();
  } catch (error) {
    if (isSeaworthyError(error)) return false;
    throw error;
  }
};

const hostSchema = v.pipe(
  v.string("expected a host"),
  v.check(
    (text) => takes(() => parseReference(`${text}/library/name`).registry === text),
    "expected a registry as it stands in image names: docker.io, ghcr.io, registry.example:5000",
  ),
);
const partSchema = v.pipe(
  v.string("expected a name"),
  v.check(
    (text) => isRepository(text) && !text.includes("/"),
    "expected one part of a repository's name: lower case, digits and . _ - between",
  ),
);
const globSchema = v.pipe(
  v.string("expected a pattern"),
  v.check(
    (text) => takes(() => parseRepositoryGlob(text)("any") || true),
    "expected a pattern of repositories such as library/* or acme/**",
  ),
);
const LISTEN = /^(?:\[([0-9a-fA-F:]+)\]|([^:\s]+)):(\d{1,5})$/;
const listenSchema = v.pipe(
  v.string("expected an address"),
  v.check((text) => Number(LISTEN.exec(text)?.[3] ?? 65_536) <= 65_535, "expected HOST:PORT, as in 127.0.0.1:5418"),
);

const mirrorSchema = v.strictObject({
  upstream: described(
    "The registry that copies are kept of, as it stands in image names: docker.io, ghcr.io, registry.example:5000.",
    hostSchema,
  ),
  name: v.optional(described("What stands behind `mirror/` in names here. Absent: the upstream, a colon in it as _.", partSchema)),
  freshFor: v.optional(described("How long a tag is believed without asking upstream again.", durationSchema), "1m"),
  listen: v.optional(
    described(
      "A port of its own where every name is one of upstream, for Docker's registry-mirrors, which cannot say whose mirror it asks.",
      listenSchema,
    ),
  ),
  repositories: v.optional(
    described("Only these repositories of upstream are fetched. Absent: all.", v.array(globSchema, "expected a list of patterns")),
  ),
  credentials: v.optional(
    described(
      "Shown to the upstream and to nobody else; everyone who may pull from the mirror sees what they open. `docker`: those of docker login for the user who serves. Absent: none.",
      v.union(
        [
          v.literal("docker"),
          v.strictObject({
            username: described("The account.", v.string("expected a name")),
            passwordFile: described(
              "A file with its password or token, read at each login; relative to the data folder.",
              v.string("expected a path"),
            ),
          }),
        ],
        "expected docker, or username and passwordFile",
      ),
    ),
  ),
  tokenServices: v.optional(
    described(
      "Hosts of token services that may see the credentials although they share no domain with the upstream.",
      v.array(v.string("expected a host")),
    ),
  ),
  internal: v.optional(
    described("The upstream stands in a private network: its name may lead to an internal address.", v.boolean("expected true or false")),
    false,
  ),
  signed: v.optional(
    described(
      "Whether --signed-by and --scanned-by hold for what comes from here: signatures and attestations are looked for upstream, beside the image. false: it is given as it is.",
      v.boolean("expected true or false"),
    ),
    true,
  ),
  plainHttp: v.optional(
    described("The upstream has no TLS. Loopback addresses need not say so.", v.boolean("expected true or false")),
    false,
  ),
});

type MirrorEntry = v.InferOutput<typeof mirrorSchema>;

const isUnique = (names: readonly string[]): boolean => new Set(names).size === names.length;

/** `mirrors` of `registry.yaml`. */
export const mirrorsSchema = v.pipe(
  v.array(mirrorSchema, "expected a list of mirrors"),
  v.check(
    (mirrors) =>
      isUnique(mirrors.map(({ upstream }) => upstream)) &&
      isUnique(mirrors.map(({ name, upstream }) => mirrorName(name === undefined ? { upstream } : { name, upstream }))),
    "expected each upstream and each name once",
  ),
);

const credentialsOf = ({ credentials }: MirrorEntry, dataFolder: string): CredentialSource | undefined => {
  if (credentials === undefined) return undefined;
  if (credentials === "docker") return dockerCredentials();
  const file = resolve(dataFolder, credentials.passwordFile);
  return async () => {
    const password = readTextFile(file, 64 * 1024).trim();
    rememberSecret(password);
    return { username: credentials.username, password };
  };
};

/** What a mirror is told, of what the file says. */
export const mirrorSettings = (entry: MirrorEntry, dataFolder: string): MirrorSettings => {
  const { upstream, name, freshFor, repositories, tokenServices, internal, signed, plainHttp } = entry;
  const [, six, host = six, port] = LISTEN.exec(entry.listen ?? "") ?? [];
  const credentials = credentialsOf(entry, dataFolder);
  return {
    upstream,
    freshForMs: freshFor,
    internal,
    signed,
    plainHttp,
    ...(name === undefined ? {} : { name }),
    ...(host === undefined ? {} : { listen: { host, port: Number(port) } }),
    ...(repositories === undefined ? {} : { repositories }),
    ...(tokenServices === undefined ? {} : { trustedRealms: tokenServices }),
    ...(credentials === undefined ? {} : { credentials }),
  };
};
