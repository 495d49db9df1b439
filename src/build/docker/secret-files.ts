import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileError, rememberSecret, SeaworthyError } from "../../core/index.ts";
import { type BuildSecret, type FileSource, openContents } from "../../project/index.ts";

/** Build secrets as files that the docker CLI reads, and their removal. */
export interface SecretFiles extends Disposable {
  /** Arguments for `docker build`: ids and paths, never values. */
  readonly args: readonly string[];
}

/** BuildKit refuses larger ones itself (session/secrets, MaxSecretSize). */
const MOST_BYTES = 500 * 1024;
const SHORTEST_WORD = 8;

/** A secret may be a whole file of settings: each line, and what stands behind `=` or `:` in it, must not be shown either. */
const remember = (content: string): void => {
  rememberSecret(content);
  for (const line of content.split("\n")) {
    for (const word of [line, line.replace(/^[^=]*=/, ""), line.replace(/^[^:]*:/, "")])
      if (word.trim().length >= SHORTEST_WORD) rememberSecret(word);
  }
};

/** A secret whose content can be read at once. */
type Ready = Exclude<FileSource, { from: "command" | "plugin" }>;

const readSource = (source: Ready, environment: Readonly<Record<string, string | undefined>>): string => {
  switch (source.from) {
    case "content":
      return source.content;
    case "environment": {
      const value = environment[source.variable];
      if (value === undefined)
        throw new SeaworthyError("VARIABLE_MISSING", `the build secret "${source.key}" is read from ${source.variable}, which is not set`);
      return value;
    }
    case "file":
      try {
        const { size } = statSync(source.path);
        if (size > MOST_BYTES)
          throw new SeaworthyError(
            "INPUT_TOO_LARGE",
            `the build secret "${source.key}" in ${source.path} has ${size} bytes; BuildKit takes ${MOST_BYTES}`,
          );
        return readFileSync(source.path, "utf8");
      } catch (error) {
        throw fileError(error, `read the build secret "${source.key}" from ${source.path}`);
      }
  }
};

/** `docker build` reads these arguments as CSV: a comma or a quote in a path would end it. */
const csv = (...fields: readonly string[]): string =>
  fields.map((field) => (/[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(",");

/** The contents of programs and plug-ins are had before the build starts. @throws TOOL_MISSING, DEADLINE, SOURCE_UNREACHABLE, INPUT_TOO_LARGE, INPUT_INVALID */
export const readySecrets = async (
  secrets: readonly BuildSecret[],
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal | undefined,
): Promise<Parameters<typeof secretFiles>[0]> => {
  const sources = secrets.map(({ source }) => source);
  const contents = openContents({ sources, env, ...(signal === undefined ? {} : { signal }) });
  return await Promise.all(
    secrets.map(async ({ id, source }) =>
      source.from === "command" || source.from === "plugin"
        ? { id, source: { key: source.key, from: "content" as const, content: await contents.read(source, "secret") } }
        : { id, source },
    ),
  );
};

const ID = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

/**
 * @param plainFiles offered by their own path and not secret in themselves, e.g. the host's CA bundle as `ca`; a secret of the project wins over one of the same id.
 * @throws VARIABLE_MISSING, INPUT_NOT_FOUND, INPUT_TOO_LARGE, INPUT_INVALID
 */
export const secretFiles = (
  secrets: readonly (Omit<BuildSecret, "source"> & { readonly source: Ready })[],
  environment: Readonly<Record<string, string | undefined>>,
  plainFiles: Readonly<Record<string, string>> = {},
): SecretFiles => {
  const args: string[] = [];
  const taken = new Set(secrets.map((secret) => secret.id));
  for (const [id, path] of Object.entries(plainFiles)) if (!taken.has(id)) args.push("--secret", csv(`id=${id}`, `src=${path}`));
  const folder = secrets.length === 0 ? undefined : mkdtempSync(join(tmpdir(), "seaworthy-secrets-"));
  const remove = (): void => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  };
  try {
    for (const [at, { id, source }] of secrets.entries()) {
      if (!ID.test(id))
        throw new SeaworthyError("INPUT_INVALID", `"${id.slice(0, 80)}" is not a name for a build secret: letters, digits, . _ -`);
      const content = readSource(source, environment);
      remember(content);
      const path = join(folder ?? "", String(at));
      writeFileSync(path, content, { flag: "wx", mode: 0o600 });
      args.push("--secret", csv(`id=${id}`, `src=${path}`));
    }
  } catch (error) {
    remove();
    throw error;
  }
  return { args, [Symbol.dispose]: remove };
};
