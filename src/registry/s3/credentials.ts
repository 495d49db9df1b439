import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { readTextFile, rememberSecret, SeaworthyError, wordsOf } from "../../core/index.ts";
import { bytesBody, readBounded, type Wire } from "../../image/index.ts";
import type { S3Credentials } from "./sign.ts";

/** Credentials that end are fetched again this long before. */
const AHEAD_MS = 5 * 60_000;
/** A file may be changed under us: it is read again this often. */
const FILE_FOR_MS = 60_000;
const MAX_BYTES = 64 * 1024;
const METADATA = "http://169.254.169.254";

export interface CredentialsOptions {
  /** In the form of ~/.aws/credentials; before everything else. */
  readonly file?: string;
  readonly profile?: string;
  readonly env: NodeJS.ProcessEnv;
  /** For the metadata services. */
  readonly wire: Wire;
}

interface Found {
  readonly credentials: S3Credentials;
  /** Milliseconds since the epoch; never for keys that stay. */
  readonly until: number;
}

/** Where requests get what they are signed with; kept until shortly before it ends. */
export interface CredentialsOf {
  current(): Promise<S3Credentials>;
  /** What was kept is no longer believed. */
  forget(): void;
}

const found = (id: string, secret: string, token: string | undefined, until = Infinity): Found => {
  rememberSecret(secret);
  if (token !== undefined) rememberSecret(token);
  return {
    credentials: { accessKeyId: id, secretAccessKey: secret, ...(token === undefined || token === "" ? {} : { sessionToken: token }) },
    until,
  };
};

const fromEnvironment = (env: NodeJS.ProcessEnv): Found | undefined => {
  const [id, secret] = [env["AWS_ACCESS_KEY_ID"] ?? "", env["AWS_SECRET_ACCESS_KEY"] ?? ""];
  return id === "" || secret === "" ? undefined : found(id, secret, env["AWS_SESSION_TOKEN"]);
};

/** One profile of a file in the form of ~/.aws/credentials. */
const profileIn = (path: string, profile: string): Readonly<Record<string, string>> | undefined => {
  let inside: Record<string, string> | undefined;
  for (const line of readTextFile(path, MAX_BYTES).split(/\r?\n/)) {
    const text = line.trim();
    if (text === "" || text.startsWith("#") || text.startsWith(";")) continue;
    const section = /^\[(.*)\]$/.exec(text)?.[1]?.trim();
    if (section !== undefined) {
      if (inside !== undefined) return inside;
      if (section === profile || section === `profile ${profile}`) inside = {};
      continue;
    }
    const at = text.indexOf("=");
    if (inside !== undefined && at > 0) inside[text.slice(0, at).trim().toLowerCase()] = text.slice(at + 1).trim();
  }
  return inside;
};

const fromFile = (path: string, profile: string): Found => {
  const values = profileIn(path, profile);
  const id = values?.["aws_access_key_id"] ?? "";
  const secret = values?.["aws_secret_access_key"] ?? "";
  if (id === "" || secret === "")
    throw new SeaworthyError("INPUT_INVALID", `${path} has no aws_access_key_id and aws_secret_access_key in [${profile}]`, {
      hint: "Write the two lines under that heading, or name another profile in storage.s3.credentials.",
    });
  return found(id, secret, values?.["aws_session_token"], Date.now() + AHEAD_MS + FILE_FOR_MS);
};

const roleSchema = v.object({
  AccessKeyId: v.string(),
  SecretAccessKey: v.string(),
  Token: v.string(),
  Expiration: v.pipe(v.string(), v.isoTimestamp()),
});

const asked = async (
  wire: Wire,
  url: string,
  headers: Readonly<Record<string, string>>,
  method: "GET" | "PUT" = "GET",
): Promise<string> => {
  const answer = await wire.send({
    method,
    url: new URL(url),
    headers,
    ...(method === "PUT" ? { body: bytesBody(new Uint8Array()) } : {}),
  });
  const text = Buffer.from(await readBounded(answer, MAX_BYTES)).toString("utf8");
  if (answer.status !== 200) throw new Error(`${url} answers ${answer.status}`);
  return text.trim();
};

const fromRole = (text: string): Found => {
  const role = v.parse(roleSchema, JSON.parse(text));
  return found(role.AccessKeyId, role.SecretAccessKey, role.Token, Date.parse(role.Expiration));
};

/** Where a container's credentials are (ECS, EKS Pod Identity); undefined outside of one. */
const containerUrl = (env: NodeJS.ProcessEnv): string | undefined => {
  const relative = env["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"];
  return relative === undefined ? env["AWS_CONTAINER_CREDENTIALS_FULL_URI"] : `http://169.254.170.2${relative}`;
};

const fromContainer = async (wire: Wire, env: NodeJS.ProcessEnv, url: string): Promise<Found> => {
  const file = env["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"];
  const token = file === undefined ? env["AWS_CONTAINER_AUTHORIZATION_TOKEN"] : readTextFile(file, MAX_BYTES).trim();
  return fromRole(await asked(wire, url, token === undefined ? {} : { authorization: token }));
};

/** The role of an EC2 instance, by version 2 of its metadata service: whoever only forwards a GET there gets nothing. */
const fromInstance = async (wire: Wire, env: NodeJS.ProcessEnv): Promise<Found> => {
  const service = env["AWS_EC2_METADATA_SERVICE_ENDPOINT"] ?? METADATA;
  const token = await asked(wire, `${service}/latest/api/token`, { "x-aws-ec2-metadata-token-ttl-seconds": "300" }, "PUT");
  const headers = { "x-aws-ec2-metadata-token": token };
  const folder = `${service}/latest/meta-data/iam/security-credentials/`;
  const [role = ""] = (await asked(wire, folder, headers)).split("\n");
  return fromRole(await asked(wire, folder + encodeURIComponent(role), headers));
};

const find = async ({ file, profile, env, wire }: CredentialsOptions): Promise<Found> => {
  const named = profile ?? env["AWS_PROFILE"] ?? "default";
  if (file !== undefined) return fromFile(file, named);
  const direct = fromEnvironment(env);
  if (direct !== undefined) return direct;
  const shared = env["AWS_SHARED_CREDENTIALS_FILE"] ?? join(env["HOME"] ?? homedir(), ".aws", "credentials");
  if (existsSync(shared)) return fromFile(shared, named);
  const container = containerUrl(env);
  const tried = ["AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set", `${shared} is not there`];
  try {
    if (container !== undefined) return await fromContainer(wire, env, container);
    tried.push("no container's credentials are named");
    if (env["AWS_EC2_METADATA_DISABLED"]?.toLowerCase() !== "true") return await fromInstance(wire, env);
    tried.push("the instance's metadata is switched off");
  } catch (error) {
    tried.push(`${container === undefined ? "the instance's" : "the container's"} metadata gives none: ${wordsOf(error)}`);
  }
  throw new SeaworthyError("INPUT_NOT_FOUND", `there are no credentials for the bucket: ${tried.join("; ")}`, {
    hint: "Name a file in storage.s3.credentials of registry.yaml, or set the environment of the registry.",
  });
};

/** As AWS's own tools look for them: a named file, the environment, ~/.aws/credentials, a container's, an instance's role. */
export const createCredentials = (options: CredentialsOptions): CredentialsOf => {
  let kept: Found | undefined;
  let asking: Promise<Found> | undefined;
  return {
    current: async () => {
      if (kept !== undefined && kept.until - Date.now() > AHEAD_MS) return kept.credentials;
      asking ??= find(options).finally(() => (asking = undefined));
      try {
        kept = await asking;
      } catch (error) {
        // What has not ended yet serves while the service that renews it is away.
        if (kept === undefined || kept.until <= Date.now()) throw error;
      }
      return kept.credentials;
    },
    forget: () => void (kept = undefined),
  };
};
