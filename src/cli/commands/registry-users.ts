import { buildCommand, buildRouteMap } from "@stricli/core";
import type { Context } from "../context.ts";
import { JSON_FLAG, parseText } from "../flags.ts";
import type {
  AddFlags,
  CiFlags,
  GrantFlags,
  ImportFlags,
  KeysFlags,
  PasswordFlags,
  RevokeFlags,
  RobotFlags,
  UsersChangeFlags,
  UsersFlags,
} from "./registry-users.run.ts";

const load = () => import("./registry-users.run.ts");

const DATA_FLAG = {
  ...JSON_FLAG,
  data: { kind: "parsed", parse: parseText, brief: "The registry's data folder; it may be serving meanwhile", placeholder: "DIR" },
} as const;

const CHANGE = {
  ...DATA_FLAG,
  dryRun: { kind: "boolean", withNegated: false, brief: "Say what would be done, and change nothing", optional: true },
} as const;

const pattern = (brief: string) =>
  ({ kind: "parsed", parse: parseText, brief, optional: true, variadic: true, placeholder: "GLOB" }) as const;

const GRANTS = {
  pull: pattern("May pull from these repositories: team/app, team/*, team/**, **"),
  push: pattern("May push to and pull from these"),
  delete: pattern("May delete in and pull from these"),
} as const;

const PASSWORD = {
  passwordStdin: { kind: "boolean", withNegated: false, brief: "Read the password from standard input", optional: true },
  passwordFile: { kind: "parsed", parse: parseText, brief: "Read the password from a file", optional: true, placeholder: "FILE" },
} as const;

const NAME = { kind: "tuple", parameters: [{ parse: parseText, brief: "The account", placeholder: "NAME" }] } as const;

const add = buildCommand<AddFlags, [string], Context>({
  loader: async () => (await load()).add,
  parameters: { flags: { ...CHANGE, ...GRANTS, ...PASSWORD }, positional: NAME },
  docs: {
    brief: "Add a person's account",
    fullDescription:
      "The password comes from the terminal, standard input or a file, never from the command line. It is kept as scrypt makes it.",
  },
});

const robot = buildCommand<RobotFlags, [string], Context>({
  loader: async () => (await load()).robot,
  parameters: {
    flags: {
      ...CHANGE,
      ...GRANTS,
      expires: {
        kind: "parsed",
        parse: parseText,
        brief: "From now on until its end, e.g. 90d (default: none)",
        optional: true,
        placeholder: "DURATION",
      },
    },
    positional: NAME,
  },
  docs: { brief: "Add an account for a program", fullDescription: "Prints its secret, which is kept nowhere." },
});

const ci = buildCommand<CiFlags, [string], Context>({
  loader: async () => (await load()).ci,
  parameters: {
    flags: {
      ...CHANGE,
      ...GRANTS,
      issuer: { kind: "parsed", parse: parseText, brief: "github, gitlab, or the issuer's https address", placeholder: "URL" },
      audience: { kind: "parsed", parse: parseText, brief: "What the pipeline's token must be for", placeholder: "TEXT" },
      subject: {
        kind: "parsed",
        parse: parseText,
        brief: "Whose token: repo:acme/shop:ref:refs/heads/main; * stands for anything",
        placeholder: "GLOB",
      },
      claim: {
        kind: "parsed",
        parse: parseText,
        brief: "One more claim the token must have, e.g. environment=production",
        optional: true,
        variadic: true,
        placeholder: "NAME=VALUE",
      },
    },
    positional: NAME,
  },
  docs: {
    brief: "Add an account for pipelines of GitHub Actions, GitLab or another OIDC issuer",
    fullDescription: "There is no password: the pipeline shows its OIDC token in its place, and gets what this account may.",
  },
});

const list = buildCommand<UsersFlags, [], Context>({
  loader: async () => (await load()).list,
  parameters: { flags: DATA_FLAG },
  docs: { brief: "List accounts and their rights" },
});

const grant = buildCommand<GrantFlags, [string], Context>({
  loader: async () => (await load()).grant,
  parameters: { flags: { ...CHANGE, ...GRANTS }, positional: NAME },
  docs: {
    brief: "Give an account more rights",
    fullDescription: "The account anonymous stands for everybody; it may only be given --pull.",
  },
});

const revoke = buildCommand<RevokeFlags, [string], Context>({
  loader: async () => (await load()).revoke,
  parameters: {
    flags: {
      ...CHANGE,
      pull: pattern("Take pull for exactly this pattern"),
      push: pattern("Take push for exactly this pattern"),
      delete: pattern("Take delete for exactly this pattern"),
      all: { kind: "boolean", withNegated: false, brief: "Take every right", optional: true },
    },
    positional: NAME,
  },
  docs: { brief: "Take rights from an account, at once", fullDescription: "Tokens that were given out before lose them too." },
});

const rm = buildCommand<UsersChangeFlags, [string], Context>({
  loader: async () => (await load()).rm,
  parameters: { flags: CHANGE, positional: NAME },
  docs: { brief: "Remove an account; its password and tokens end at once" },
});

const password = buildCommand<PasswordFlags, [string], Context>({
  loader: async () => (await load()).password,
  parameters: { flags: { ...CHANGE, ...PASSWORD }, positional: NAME },
  docs: { brief: "Give a person a new password, or a robot a new secret", fullDescription: "What the old one opened is closed at once." },
});

const quota = buildCommand<UsersChangeFlags, [string, string], Context>({
  loader: async () => (await load()).quota,
  parameters: {
    flags: CHANGE,
    positional: {
      kind: "tuple",
      parameters: [...NAME.parameters, { parse: parseText, brief: "Bytes it may keep here, e.g. 20gb, or none", placeholder: "SIZE" }],
    },
  },
  docs: { brief: "Limit the bytes that an account keeps in the registry" },
});

const importHtpasswd = buildCommand<ImportFlags, [string], Context>({
  loader: async () => (await load()).importHtpasswd,
  parameters: {
    flags: { ...CHANGE, ...GRANTS },
    positional: { kind: "tuple", parameters: [{ parse: parseText, brief: "A file of htpasswd -B", placeholder: "FILE" }] },
  },
  docs: {
    brief: "Take over the users of an htpasswd file",
    fullDescription: "Only bcrypt, of a cost up to 12. Each hash is replaced by scrypt when its password is first used.",
  },
});

const rotateKeys = buildCommand<KeysFlags, [], Context>({
  loader: async () => (await load()).rotateKeys,
  parameters: {
    flags: { ...CHANGE, forget: { kind: "boolean", withNegated: false, brief: "End every token that was given out", optional: true } },
  },
  docs: {
    brief: "Sign tokens with a new key",
    fullDescription: "Done by itself every 30 days. Tokens of the old key count until they end.",
  },
});

export const users = buildRouteMap({
  routes: { add, robot, ci, list, grant, revoke, rm, password, quota, importHtpasswd, rotateKeys },
  docs: { brief: "Who may pull, push and delete" },
});
