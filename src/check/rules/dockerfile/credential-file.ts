import { posix } from "node:path";
import type { Range } from "../../../core/index.ts";
import { runCommands, wordsOf } from "../../dockerfile/commands.ts";
import { fileRule } from "../../dockerfile/define.ts";
import { pathsOf } from "../../dockerfile/sources.ts";
import { asksForSecret } from "../../dockerfile/secret-names.ts";
import { isOf, textOf, type Written, writtenIn } from "../../dockerfile/walk.ts";

const CREDENTIALS =
  /(?:^|\/)(?:id_(?:rsa|dsa|ecdsa|ed25519)|\.env(?:\.(?:local|prod|production))?|\.netrc|\.pgpass|\.git-credentials|\.pypirc|\.dockercfg|kubeconfig|\.htpasswd|\.aws\/credentials|\.docker\/config\.json|\.kube\/config|[^/]+\.(?:p12|pfx|jks|keystore|kdbx)|(?:[\w.-]*private[\w.-]*|server|tls|ssl)\.(?:key|pem))$/i;
const FOLDER = /(?:^|\/)\.(?:ssh|aws|gnupg)\/?$/;

const advice =
  "Leave it out of the image, and out of the context by .dockerignore; give it to a RUN with --mount=type=secret, to the container as a file when it starts.";

/** Where the files of a copy end up, as folders; undefined when that is not known. */
const placeOf = (one: Written, workdir: string): string | undefined => {
  const destination =
    isOf(one, ["COPY", "ADD"]) && one.instruction.destination !== undefined ? textOf(one, one.instruction.destination) : undefined;
  return destination === undefined ? undefined : posix.join("/", destination.startsWith("/") ? "" : workdir, destination);
};

/** Where a cloud's own tools look for credentials: what is copied there is one, whatever it is called. */
const POINTED = /^["']?\$\{?(?:AWS_CONFIG_FILE|AWS_SHARED_CREDENTIALS_FILE|GOOGLE_APPLICATION_CREDENTIALS)\b/;

/** What a call of a cloud's tool leaves behind in the layer, in words; undefined when it is nothing. */
const leftBy = (tool: string, words: readonly string[]): string | undefined => {
  const has = (...wanted: readonly string[]): boolean => wanted.every((word) => words.includes(word));
  const given = (pattern: RegExp): boolean => words.some((word) => pattern.test(word));
  if (tool === "aws")
    return has("configure", "set") && given(/^(?:[\w.-]+\.)?aws_(?:access_key_id|secret_access_key|session_token)$/)
      ? "the build writes an AWS key into ~/.aws/credentials"
      : undefined;
  if (tool === "az") return has("login") && given(/^(?:-p|--password(?:=.*)?)$/) ? "the build logs in to Azure with a password" : undefined;
  return has("auth", "activate-service-account") || given(/^--(?:cred|key)-file(?:=|$)/)
    ? "the build logs in with a key file that no secret mount brings"
    : undefined;
};

/** What variables say of credential files that the copies of the stage may bring. */
const pointers = function* (all: readonly Written[]): Iterable<{ readonly at: Range; readonly name: string; readonly path: string }> {
  let workdir = "/";
  const folders: string[] = [];
  const named: { readonly name: string; readonly path: string; readonly at: Range }[] = [];
  for (const one of all) {
    if (isOf(one, ["WORKDIR"]) && one.instruction.keyword === "WORKDIR" && one.instruction.value !== undefined) {
      const next = posix.resolve(workdir, textOf(one, one.instruction.value) ?? ".");
      // No kernel takes a longer one (PATH_MAX).
      workdir = next.length > 4096 ? "/" : next;
    }
    if (isOf(one, ["COPY"]) && one.instruction.keyword === "COPY" && one.instruction.from === undefined)
      folders.push(placeOf(one, workdir) ?? "\0");
    if (isOf(one, ["ENV"]) && one.instruction.keyword === "ENV")
      for (const { key, value } of one.instruction.pairs) {
        const path = textOf(one, value);
        if (path !== undefined && asksForSecret(key.text) && /^[./\w-]+\.(?:json|pem|p12|key)$/.test(path))
          named.push({ name: key.text, path: posix.resolve(workdir, path), at: { start: key.range.start, end: value.range.end } });
      }
  }
  for (const { name, path, at } of named)
    if (folders.some((folder) => path === folder || path.startsWith(folder.endsWith("/") ? folder : `${folder}/`)))
      yield { name, path, at };
};

export const credentialFile = fileRule({
  id: "dockerfile/credential-file",
  aliases: ["trivy:DS-0031", "dockle:CIS-DI-0010"],
  item: "runtime-secrets",
  severity: "error",
  confidence: "likely",
  summary: "No file with a credential is copied into an image.",
  why: "It stays in the layer when a later one deletes it, and goes to everybody who can pull the image.",
  source: "https://docs.docker.com/build/building/secrets/",
  examples: [
    { bad: "FROM node:24\nCOPY .env id_rsa /app/\n", good: "FROM node:24\nCOPY .env.example tls.crt /app/\n" },
    {
      bad: "FROM node:24\nCOPY . /app/\nENV GOOGLE_APPLICATION_CREDENTIALS=/app/key.json\n",
      good: "FROM node:24\nCOPY . /app/\nENV GOOGLE_APPLICATION_CREDENTIALS=/run/secrets/key.json\n",
    },
    {
      bad: "FROM debian:12\nRUN gcloud auth activate-service-account --key-file=/key.json\n",
      good: "FROM debian:12\nRUN --mount=type=secret,id=key gcloud auth activate-service-account --key-file=/run/secrets/key\n",
    },
  ],
  *check(subject) {
    for (const { script, command, range } of runCommands(subject, "aws", "az", "gcloud")) {
      const left = leftBy(command.name, wordsOf(command));
      if (left !== undefined && !script.mounts.some(({ type }) => type === "secret"))
        yield { at: range, message: `${left}: it lies in a layer`, advice };
    }
    for (const stage of subject.evaluation.stages) {
      const all = writtenIn(stage);
      for (const one of all)
        if (isOf(one, ["COPY", "ADD"])) {
          const { destination } = one.instruction;
          if (destination !== undefined && POINTED.test(destination.text))
            yield { at: destination.range, message: `what is copied to ${destination.text} is a credential`, advice };
          for (const { word, path } of pathsOf(one, one.instruction.sources))
            if (CREDENTIALS.test(path) || FOLDER.test(path))
              yield { at: word.range, message: `${path} is copied into the image: by its name it holds a credential`, advice };
        }
      for (const { at, name, path } of pointers(all))
        yield { at, message: `${name} points to ${path}, which a COPY above or below puts into the image`, advice };
    }
  },
});
