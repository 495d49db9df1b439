import { secretValueIn } from "../../../source/secrets/index.ts";
import type { FileComplaint } from "../../rule.ts";
import { knownText } from "../../../source/dockerfile/index.ts";
import type { Range } from "../../../core/index.ts";
import { fileRule } from "../../dockerfile/define.ts";
import { asksForSecret, isPath } from "../../dockerfile/secret-names.ts";
import { peersOfTrigger, textOf, written } from "../../dockerfile/walk.ts";

const PEERS = ["hadolint:DL3064", "buildkit:SecretsUsedInArgOrEnv", "trivy:DS-0031", "dockle:CIS-DI-0010", "dockerbench:4.10"];

/** BuildKit looks at stages only. */
const ABOVE = PEERS.filter((alias) => !alias.startsWith("buildkit:"));

const complaint = (keyword: "ARG" | "ENV", name: string, what: string, at: Range): FileComplaint => ({
  at,
  message: keyword === "ARG" ? `the build argument ${name} takes ${what}` : `the variable ${name} holds ${what}`,
  advice:
    keyword === "ARG"
      ? `Take it from a build secret: RUN --mount=type=secret,id=${name.toLowerCase()} ... reads /run/secrets/${name.toLowerCase()}.`
      : "Give it to the container when it starts, as a file: the image's configuration is open to whoever pulls it.",
});

export const secretInVariable = fileRule({
  id: "dockerfile/secret-in-variable",
  aliases: PEERS,
  item: "runtime-secrets",
  severity: "error",
  confidence: "likely",
  summary: "No ARG and no ENV holds a secret.",
  why: "Both are kept in the image: docker history shows build arguments, docker inspect shows variables, to everybody who can pull it.",
  source: "https://docs.docker.com/reference/build-checks/secrets-used-in-arg-or-env/",
  examples: [
    { bad: "FROM node:24\nENV DB_PASSWORD=hunter2\n", good: "FROM node:24\nENV DB_PASSWORD_FILE=/run/secrets/db\n" },
    { bad: "FROM node:24\nARG NPM_TOKEN\n", good: "FROM node:24\nRUN --mount=type=secret,id=npm_token npm ci\n" },
    { bad: "FROM node:24\nENV API=https://shop:abcdef@api.example/\n", good: "FROM node:24\nENV PUBLIC_KEY=abc KEY_PATH=/etc/key.pem\n" },
  ],
  *check(subject) {
    const named = new Set(subject.settings.dockerfile?.secretNames);
    const asks = (name: string): boolean => named.has(name) || asksForSecret(name);
    // A piece of a file without FROM has nothing above it.
    const global = subject.file.stages.some(({ from }) => from !== undefined) ? { peers: ABOVE } : {};
    const args = [
      ...subject.evaluation.globalArgs.map((evaluated) => ({ evaluated, instruction: evaluated.instruction, said: global })),
      ...written(subject, "ARG").map((one) => ({ ...one, said: peersOfTrigger(one, subject, PEERS) })),
    ];
    for (const { instruction, evaluated, said } of args)
      for (const { name, value } of instruction.keyword === "ARG" ? instruction.args : []) {
        const text = value === undefined ? undefined : knownText(evaluated.words.get(value)?.parts ?? [value.text]);
        const form = secretValueIn(text ?? "");
        if (form !== undefined) yield { ...complaint("ARG", name.text, form, name.range), ...said };
        else if (asks(name.text) && !isPath(text ?? ""))
          yield { ...complaint("ARG", name.text, "a secret, going by its name", name.range), ...said };
      }
    for (const one of written(subject, "ENV")) {
      const said = peersOfTrigger(one, subject, PEERS);
      for (const { key, value } of one.instruction.keyword === "ENV" ? one.instruction.pairs : []) {
        const text = textOf(one, value);
        const form = secretValueIn(text ?? "");
        if (form !== undefined) yield { ...complaint("ENV", key.text, form, key.range), confidence: "certain", ...said };
        else if (asks(key.text) && !isPath(text ?? ""))
          yield { ...complaint("ENV", key.text, "a secret, going by its name", key.range), ...said };
      }
    }
  },
});
