import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { RULES } from "../../src/check/index.ts";
import type { Kind } from "./kinds.ts";

const FOLDER = join(import.meta.dirname, "..", "..", "..", "shared", "corpora");

const KIND_OF: Readonly<Record<string, Kind>> = {
  dockerfile: "dockerfile",
  compose: "compose",
  k8s: "kubernetes",
  workflow: "workflow",
  action: "workflow",
  dependabot: "workflow",
};

interface Line {
  readonly file_kind?: string;
  readonly content?: string;
  readonly before?: string;
  readonly files?: Readonly<Record<string, string>>;
}

/** What stands in the RUN instructions of a Dockerfile. */
const scriptsIn = (text: string): readonly string[] =>
  [...text.matchAll(/^\s*RUN[ \t]+((?:.*\\\r?\n)*.*)/gim)].map(([, script = ""]) => script).filter((script) => script.length > 8);

const ownExamples = (): readonly (readonly [Kind, string])[] =>
  RULES.flatMap(({ kind, examples }) =>
    examples.flatMap(({ bad, good }): readonly (readonly [Kind, string])[] =>
      [bad, good].flatMap((text): readonly (readonly [Kind, string])[] => {
        const known = kind === "compose-file" ? "compose" : kind;
        return typeof text === "string" && (known === "compose" || known === "kubernetes" || known === "workflow" || known === "dockerfile")
          ? [[known, text]]
          : [];
      }),
    ),
  );

const fromCorpora = (folder: string): readonly (readonly [Kind, string])[] =>
  globSync("*.jsonl", { cwd: folder })
    .toSorted()
    .flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n"))
    .filter((line) => line.trim() !== "")
    .flatMap((line): readonly (readonly [Kind, string])[] => {
      const { file_kind = "", content, before, files }: Line = JSON.parse(line);
      const kind = KIND_OF[file_kind];
      const ignores = Object.entries(files ?? {}).filter(([path]) => path.endsWith(".dockerignore"));
      return [
        ...(kind === undefined
          ? []
          : [content, before].flatMap((text) => (text === undefined || text === "" ? [] : [[kind, text] as const]))),
        ...ignores.map(([, text]) => ["dockerignore", text] as const),
      ];
    });

const IGNORE_FILES = [
  "node_modules\n.git\n**/*.log\n!keep.log\n",
  "# all\n*\n!src/**\n!package*.json\n",
  "/dist\n**/.env*\n**/*.pem\n[a-c]?/x\n",
  "**/a/**/b\n!**/a/c\n../x\n",
];

/** The texts that mutants are made of, each once: the corpora's and those of the rules' own examples. */
export const baseTexts = (): ReadonlyMap<Kind, readonly string[]> => {
  const found = new Map<Kind, Set<string>>();
  const add = (kind: Kind, text: string): void => {
    found.set(kind, (found.get(kind) ?? new Set()).add(text));
  };
  for (const [kind, text] of [...ownExamples(), ...(existsSync(FOLDER) ? fromCorpora(FOLDER) : [])]) {
    add(kind, text);
    if (kind === "dockerfile") for (const script of scriptsIn(text)) add("shell", script);
  }
  for (const text of IGNORE_FILES) add("dockerignore", text);
  return new Map([...found].map(([kind, texts]) => [kind, [...texts]]));
};
