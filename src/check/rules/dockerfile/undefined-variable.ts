import { AUTOMATIC_ARGS, knownText, type Use } from "../../../source/dockerfile/index.ts";
import { unsetUses } from "../../dockerfile/bases.ts";
import { fileRule } from "../../dockerfile/define.ts";
import { nearest } from "../../dockerfile/nearest.ts";

/** What the engine or nearly every base image sets. */
const USUAL = ["PATH", "HOME", "HOSTNAME"];

const onlyBaseCouldSet = ({ found }: Use): boolean =>
  found.state === "set" &&
  knownText(found.parts) === undefined &&
  found.parts.some((part) => typeof part !== "string" && part.why === "base-image");

/** In lower case, but for the proxies, which the builder itself sets. */
const isOwnName = (name: string): boolean => name !== name.toUpperCase() && !/_proxy$/i.test(name);

export const undefinedVariable = fileRule({
  id: "dockerfile/undefined-variable",
  aliases: ["buildkit:UndefinedVar"],
  severity: "warning",
  summary: "A variable that an instruction uses is set above it.",
  why: "An unset variable is an empty text, not an error: COPY $SRC/app becomes COPY /app, and the image is built from something else than was meant.",
  source: "https://docs.docker.com/reference/build-checks/undefined-var/",
  examples: [
    { bad: "FROM scratch\nCOPY $SRC /app\n", good: "FROM scratch\nARG SRC=dist\nCOPY $SRC /app\n" },
    { bad: "FROM debian:12\nENV PATH=$PAHT:/opt/bin\n", good: "FROM debian:12\nENV PATH=$PATH:/opt/bin\n" },
    { bad: "FROM debian:12\nCOPY app-$TARGETARCH /app\n", good: "FROM debian:12\nARG TARGETARCH\nCOPY app-$TARGETARCH /app\n" },
  ],
  *check({ evaluation }) {
    for (const { instructions, stage } of evaluation.stages) {
      if (stage.from === undefined) continue;
      for (const { instruction, environment, words, triggeredBy } of instructions)
        for (const { word, uses } of triggeredBy === undefined ? words.values() : []) {
          const unset = new Set(unsetUses(word, uses));
          for (const use of uses) {
            const automatic = AUTOMATIC_ARGS.includes(use.name);
            const isPlain = /^\$(?:\{\w+\}|\w+)$/.test(word.text.slice(use.start, use.end));
            const ofBase = isPlain && onlyBaseCouldSet(use);
            if (!unset.has(use) && !ofBase) continue;
            const meant = nearest(use.name, [...environment.variables().keys(), ...USUAL]);
            // Base images set names in upper case: others, those of the builder, and near misses can only be meant for the file's own.
            const doubtful = ofBase && (automatic || (meant !== undefined && use.name.length > 3) || isOwnName(use.name));
            if (!unset.has(use) && !doubtful) continue;
            yield {
              at: word.rangeOf(use.start, use.end),
              message: `${use.name} is not set here`,
              advice: automatic
                ? `Write ARG ${use.name} above it in this stage.`
                : meant === undefined
                  ? `Set it above, with ARG ${use.name}=<default> or ENV.`
                  : `Did you mean ${meant}?`,
              ...(unset.has(use) || automatic ? {} : { confidence: "likely" as const }),
              // BuildKit replaces variables there without looking for those that are missing.
              ...(instruction.keyword === "EXPOSE" ? { peers: [] } : {}),
            };
          }
        }
    }
  },
});
