import { hostname, userInfo } from "node:os";
import { resolve } from "node:path";
import {
  bytes,
  formatByteSize,
  isoTime,
  parseByteSize,
  parseDuration,
  readTextFile,
  rememberSecret,
  SeaworthyError,
  systemClock,
} from "../../core/index.ts";
import { type Account, type Administration, grantsOf, openAdministration, parseHtpasswd } from "../../registry/index.ts";
import type { Context } from "../context.ts";
import { keyOptions } from "../host.ts";
import { type Outcome, type OutputFlags, reporting } from "../outcome.ts";

export interface UsersFlags extends OutputFlags {
  readonly data: string;
}

export interface UsersChangeFlags extends UsersFlags {
  readonly dryRun?: boolean;
}

export interface GrantFlags extends UsersChangeFlags {
  readonly pull?: readonly string[];
  readonly push?: readonly string[];
  readonly delete?: readonly string[];
}

export interface PasswordFlags extends UsersChangeFlags {
  readonly passwordStdin?: boolean;
  readonly passwordFile?: string;
}

export interface AddFlags extends GrantFlags, PasswordFlags {}

export interface RobotFlags extends GrantFlags {
  readonly expires?: string;
}

export interface CiFlags extends GrantFlags {
  readonly issuer: string;
  readonly audience: string;
  readonly subject: string;
  readonly claim?: readonly string[];
}

export interface RevokeFlags extends GrantFlags {
  readonly all?: boolean;
}

export type ImportFlags = GrantFlags;

export interface KeysFlags extends UsersChangeFlags {
  readonly forget?: boolean;
}

const ISSUERS: Readonly<Record<string, string>> = { github: "https://token.actions.githubusercontent.com", gitlab: "https://gitlab.com" };

const open = (context: Context, flags: UsersChangeFlags, make = false): Administration =>
  openAdministration(
    resolve(context.cwd, flags.data),
    {
      clock: systemClock,
      who: `${context.process.env["SUDO_USER"] ?? userInfo().username}@${hostname()}`,
      dryRun: flags.dryRun === true,
      warn: (words) => context.process.stderr.write(`seaworthy: ${words}\n`),
    },
    make,
  );

const readStdin = async (): Promise<string> => {
  let text = "";
  for await (const chunk of process.stdin.setEncoding("utf8")) {
    text += String(chunk);
    if (text.length > 4096) throw new SeaworthyError("INPUT_TOO_LARGE", "standard input holds more than a password");
  }
  return text;
};

/** From where a person says; asked for twice at a terminal, for nobody sees what is typed. */
const readPassword = async (context: Context, name: string, flags: PasswordFlags): Promise<string> => {
  const one = (text: string): string => text.replace(/\r?\n$/, "");
  const from = async (): Promise<string> => {
    if (flags.passwordStdin === true) return one(await readStdin());
    if (flags.passwordFile !== undefined) return one(readTextFile(resolve(context.cwd, flags.passwordFile), 4096));
    const { prompt } = keyOptions(context);
    if (prompt === undefined)
      throw new SeaworthyError("USAGE", "there is no terminal to ask for the password at", {
        hint: "Use --password-stdin or --password-file FILE.",
      });
    const first = await prompt.ask(`Password for ${name}: `);
    if ((await prompt.ask("The same again: ")) !== first) throw new SeaworthyError("INPUT_INVALID", "the two passwords are not the same");
    return first;
  };
  const password = await from();
  rememberSecret(password);
  return password;
};

const rightsOf = ({ grants }: Account): string =>
  grants.map(({ pattern, actions }) => `${actions.join(",")} ${pattern}`).join("; ") || "no rights";

const jsonOf = ({ name, kind, expiresAt, quotaBytes, rule, madeAt, grants }: Account): Record<string, unknown> => ({
  name,
  kind,
  made: isoTime(madeAt),
  ...(expiresAt === undefined ? {} : { expires: isoTime(expiresAt) }),
  ...(quotaBytes === undefined ? {} : { quotaBytes }),
  ...(rule === undefined ? {} : { rule }),
  grants,
});

const said = (flags: UsersChangeFlags, account: Account, human: string): Outcome => ({
  exit: 0,
  human: flags.dryRun === true ? `would be: ${human}` : human,
  json: { schema: "seaworthy/registry-account@1", dryRun: flags.dryRun === true, account: jsonOf(account) },
});

const noRights = (account: Account): string =>
  account.grants.length > 0 ? "" : `\nIt has no rights yet: seaworthy registry users grant ${account.name} --push 'team/**'`;

export const add = reporting<AddFlags, [string]>(async (context, flags, name) => {
  using users = open(context, flags, true);
  const account = await users.addUser(name, await readPassword(context, name, flags), grantsOf(flags, true));
  return said(flags, account, `${name} was added: ${rightsOf(account)}${noRights(account)}`);
});

export const robot = reporting<RobotFlags, [string]>(async (context, flags, name) => {
  using users = open(context, flags, true);
  const expiresAt = flags.expires === undefined ? undefined : systemClock.now() + parseDuration(flags.expires);
  const { account, secret } = users.addRobot(name, grantsOf(flags, true), expiresAt);
  return withSecret(flags, account, secret);
});

/** The only time that a secret is printed. */
const withSecret = (flags: UsersChangeFlags, account: Account, secret: string): Outcome => {
  const until = account.expiresAt === undefined ? "" : ` until ${isoTime(account.expiresAt)}`;
  const outcome = said(flags, account, `${account.name}${until}: ${rightsOf(account)}${noRights(account)}`);
  if (flags.dryRun === true) return outcome;
  return {
    exit: 0,
    human: `${outcome.human}\nIts secret, which is kept nowhere:\n${secret}`,
    json: { schema: "seaworthy/registry-account@1", dryRun: false, account: jsonOf(account), secret },
  };
};

const claimsOf = (texts: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf("=");
      if (at < 1) throw new SeaworthyError("USAGE", `--claim ${text.slice(0, 80)} is not NAME=VALUE`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );

export const ci = reporting<CiFlags, [string]>(async (context, flags, name) => {
  using users = open(context, flags, true);
  const { audience, subject } = flags;
  const rule = { issuer: ISSUERS[flags.issuer] ?? flags.issuer, audience, subject, claims: claimsOf(flags.claim ?? []) };
  const account = users.addCi(name, rule, grantsOf(flags, true));
  return said(
    flags,
    account,
    `${name} was added for ${rule.subject} of ${rule.issuer}: ${rightsOf(account)}${noRights(account)}\nThe pipeline logs in as ${name} with its OIDC token for ${audience} as the password.`,
  );
});

export const list = reporting<UsersFlags, []>(async (context, flags) => {
  using users = open(context, flags);
  const accounts = users.list();
  const lines = accounts.map((account) => {
    const over = account.expiresAt !== undefined && account.expiresAt <= systemClock.now();
    const end = account.expiresAt === undefined ? "" : `  ${over ? "ENDED" : "until"} ${isoTime(account.expiresAt)}`;
    const quota = account.quotaBytes === undefined ? "" : `  at most ${formatByteSize(account.quotaBytes)}`;
    const rule = account.rule === undefined ? "" : `  ${account.rule.subject} of ${account.rule.issuer}`;
    return `${account.name}  ${account.kind}  ${rightsOf(account)}${end}${quota}${rule}`;
  });
  return {
    exit: 0,
    human: lines.length === 0 ? "no accounts" : lines.join("\n"),
    json: { schema: "seaworthy/registry-accounts@1", accounts: accounts.map(jsonOf) },
  };
});

const requireGrants = (flags: GrantFlags, implied: boolean): ReturnType<typeof grantsOf> => {
  const grants = grantsOf(flags, implied);
  if (grants.length === 0)
    throw new SeaworthyError("USAGE", "no right is named", { hint: "Name some: --pull GLOB, --push GLOB, --delete GLOB." });
  return grants;
};

export const grant = reporting<GrantFlags, [string]>(async (context, flags, name) => {
  using users = open(context, flags);
  const account = users.grant(name, requireGrants(flags, true));
  return said(flags, account, `${name}: ${rightsOf(account)}`);
});

export const revoke = reporting<RevokeFlags, [string]>(async (context, flags, name) => {
  using users = open(context, flags);
  const account = users.revoke(name, flags.all === true ? "all" : requireGrants(flags, false));
  return said(flags, account, `${name}: ${rightsOf(account)}`);
});

export const rm = reporting<UsersChangeFlags, [string]>(async (context, flags, name) => {
  using users = open(context, flags);
  users.remove(name);
  const dryRun = flags.dryRun === true;
  return {
    exit: 0,
    human: dryRun ? `${name} would be removed` : `${name} was removed; its password and tokens no longer count`,
    json: { schema: "seaworthy/registry-account-removed@1", dryRun, name },
  };
});

export const password = reporting<PasswordFlags, [string]>(async (context, flags, name) => {
  using users = open(context, flags);
  if (users.list().find((account) => account.name === name)?.kind === "robot") {
    const { account, secret } = users.renewSecret(name);
    return withSecret(flags, account, secret);
  }
  const account = await users.setPassword(name, await readPassword(context, name, flags));
  return said(flags, account, `${name} has a new password; tokens of the old one no longer count`);
});

export const quota = reporting<UsersChangeFlags, [string, string]>(async (context, flags, name, size) => {
  using users = open(context, flags);
  const limit = size === "none" ? undefined : bytes(parseByteSize(size));
  const account = users.setQuota(name, limit);
  return said(flags, account, limit === undefined ? `${name} may keep as much as fits` : `${name} may keep ${formatByteSize(limit)}`);
});

export const importHtpasswd = reporting<ImportFlags, [string]>(async (context, flags, file) => {
  const entries = parseHtpasswd(readTextFile(resolve(context.cwd, file)), file);
  using users = open(context, flags, true);
  const { added, replaced } = users.importHtpasswd(entries, grantsOf(flags, true));
  const dryRun = flags.dryRun === true;
  const human = `${dryRun ? "would be: " : ""}${added.length} added (${added.join(" ") || "none"}), of ${replaced.length} the password replaced (${replaced.join(" ") || "none"})`;
  return { exit: 0, human, json: { schema: "seaworthy/registry-import@1", dryRun, added, replaced } };
});

export const rotateKeys = reporting<KeysFlags, []>(async (context, flags) => {
  using users = open(context, flags);
  const kid = users.rotateKeys(flags.forget === true);
  const dryRun = flags.dryRun === true;
  const old = flags.forget === true ? "every token given out before has ended" : "tokens of the old key count until they end";
  return {
    exit: 0,
    human: dryRun ? "a new key would sign tokens" : `key ${kid} signs tokens from now on; ${old}`,
    json: { schema: "seaworthy/registry-keys@1", dryRun, ...(dryRun ? {} : { kid }) },
  };
});
