import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { readTextFile, SeaworthyError } from "../../../core/index.ts";
import { parseToml } from "./toml.ts";

/** A mirror of the registry it stands under. */
export interface MirrorRule {
  /** `host[:port][/path]` */
  readonly location: string;
  readonly insecure: boolean;
  /** Which pulls it is asked for. */
  readonly pulls: "all" | "digest-only" | "tag-only";
}

/** One `[[registry]]` (containers-registries.conf(5), version 2). */
export interface RegistryRule {
  /** `host[:port][/path]` or `*.domain`: which names it is for. */
  readonly prefix: string;
  /** What the prefix is replaced by; absent for `*.domain`. */
  readonly location: string | undefined;
  readonly insecure: boolean;
  readonly blocked: boolean;
  readonly mirrors: readonly MirrorRule[];
  /** Where it stands. */
  readonly file: string;
}

const flag = v.exactOptional(v.boolean(), false);
const mirrorSchema = v.looseObject({
  location: v.string(),
  insecure: flag,
  "pull-from-mirror": v.exactOptional(v.picklist(["all", "digest-only", "tag-only", ""]), ""),
});
const schema = v.looseObject({
  registry: v.exactOptional(
    v.array(
      v.looseObject({
        prefix: v.exactOptional(v.string(), ""),
        location: v.exactOptional(v.string(), ""),
        insecure: flag,
        blocked: flag,
        "mirror-by-digest-only": flag,
        mirror: v.exactOptional(v.array(mirrorSchema), []),
      }),
    ),
    [],
  ),
});

const PLACE = /^[A-Za-z0-9.-]+(?::\d{1,5})?(?:\/[a-z0-9._/-]+)?$|^\[[0-9A-Fa-f:]+\](?::\d{1,5})?(?:\/[a-z0-9._/-]+)?$/;

const readRules = (file: string): readonly RegistryRule[] => {
  const refuse = (why: string): never => {
    throw new SeaworthyError("INPUT_INVALID", `${file}: ${why}`, { hint: "See man containers-registries.conf." });
  };
  const read = v.safeParse(schema, parseToml(readTextFile(file), file));
  if (!read.success) return refuse(`${v.getDotPath(read.issues[0]) ?? "the file"}: ${read.issues[0].message}`);
  const place = (text: string): string =>
    PLACE.test(text) ? text.replace(/\/+$/, "") : refuse(`"${text.slice(0, 100)}" is no registry or repository`);
  return read.output.registry.map((each) => {
    const wildcard = each.prefix.startsWith("*.");
    if (each.prefix === "" && each.location === "") refuse("a [[registry]] has neither prefix nor location");
    const location = each.location === "" ? (wildcard ? undefined : place(each.prefix)) : place(each.location);
    return {
      prefix: wildcard ? `*.${place(each.prefix.slice(2))}` : each.prefix === "" ? place(each.location) : place(each.prefix),
      location,
      insecure: each.insecure,
      blocked: each.blocked,
      mirrors: each.mirror.map((mirror) => ({
        location: place(mirror.location),
        insecure: mirror.insecure,
        pulls: each["mirror-by-digest-only"] ? "digest-only" : mirror["pull-from-mirror"] || "all",
      })),
      file,
    };
  });
};

/** The main file, then what lies beside it in `registries.conf.d`, where a later one replaces a rule for the same prefix. */
const filesOf = (env: NodeJS.ProcessEnv): readonly string[] => {
  const chosen = env["CONTAINERS_REGISTRIES_CONF"];
  if (chosen) return [chosen];
  const own = join(env["XDG_CONFIG_HOME"] ?? join(env["HOME"] ?? homedir(), ".config"), "containers", "registries.conf");
  const main = [own, "/etc/containers/registries.conf"].find((file) => existsSync(file));
  const dropped = ["/etc/containers/registries.conf.d", `${own}.d`].flatMap((folder) =>
    existsSync(folder)
      ? readdirSync(folder)
          .filter((name) => name.endsWith(".conf"))
          .sort()
          .map((name) => join(folder, name))
      : [],
  );
  return [...(main === undefined ? [] : [main]), ...dropped];
};

/** @throws INPUT_INVALID at the file and, where it is no TOML, the line */
export const registryRules = (env: NodeJS.ProcessEnv): readonly RegistryRule[] => [
  ...new Map(
    filesOf(env)
      .flatMap(readRules)
      .map((rule) => [rule.prefix, rule]),
  ).values(),
];
