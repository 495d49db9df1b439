import type { Instruction } from "../../../source/dockerfile/index.ts";
import { NOTHING } from "../../rule.ts";
import type { DockerfileSubject } from "../../subject.ts";
import { runCommands, type RunCommand } from "../../dockerfile/commands.ts";
import { fileRule } from "../../dockerfile/define.ts";
import { installsDependencies, installsSystemPackages, isSource } from "../../dockerfile/installs.ts";
import { neededStages, rebuildAfter } from "../../dockerfile/rebuild.ts";
import { pathsOf } from "../../dockerfile/sources.ts";
import { isOf, writtenIn } from "../../dockerfile/walk.ts";

/** The instructions that bring the project's sources. */
const sourceCopies = (subject: DockerfileSubject): ReadonlySet<Instruction> =>
  new Set(
    neededStages(subject)
      .flatMap(writtenIn)
      .flatMap((one) =>
        isOf(one, ["COPY", "ADD"]) &&
        one.instruction.from === undefined &&
        pathsOf(one, one.instruction.sources).some(({ path }) => isSource(path))
          ? [one.instruction]
          : [],
      ),
  );

const installs = (subject: DockerfileSubject): readonly RunCommand[] => {
  const needed = new Set(neededStages(subject));
  return runCommands(subject).filter(({ script, command }) => needed.has(script.stage) && installsDependencies(command));
};

export const layerOrder = fileRule({
  id: "dockerfile/layer-order",
  aliases: [],
  item: "cached-layers",
  severity: "warning",
  confidence: "likely",
  summary: "Dependencies are installed before the sources are copied.",
  why: "A step runs again when anything above it changed. Below COPY . . the whole install runs again for every edit of a source file: minutes instead of seconds, and new layers of hundreds of megabytes to push and pull.",
  source: "https://docs.docker.com/build/cache/optimize/#order-your-layers",
  examples: [
    {
      bad: "FROM node:24\nWORKDIR /app\nCOPY . .\nRUN npm ci\n",
      good: "FROM node:24\nWORKDIR /app\nCOPY package.json package-lock.json ./\nRUN npm ci\nCOPY . .\n",
    },
    {
      bad: "FROM node:24 AS build\nWORKDIR /app\nCOPY . .\nRUN npm run build\nFROM node:24-slim\nWORKDIR /app\nCOPY --from=build /app ./\nRUN npm ci --omit=dev\n",
      good: "FROM node:24 AS build\nWORKDIR /app\nCOPY . .\nRUN npm run build\nFROM node:24-slim\nWORKDIR /app\nCOPY --from=build /app/package*.json ./\nRUN npm ci --omit=dev\nCOPY --from=build /app/dist ./dist\n",
    },
    {
      bad: "FROM python:3.13\nCOPY . /app/\nRUN apt-get update && apt-get install -y curl\n",
      good: "FROM python:3.13\nRUN apt-get update && apt-get install -y curl\nCOPY requirements.txt /app/\nRUN pip install -r /app/requirements.txt\nCOPY src /app/src\n",
    },
  ],
  applies: (subject) =>
    installs(subject).length > 0 ||
    sourceCopies(subject).size > 0 ||
    "the build installs no dependencies and copies no sources, as far as can be seen",
  proves: (subject) => {
    const [first] = installs(subject);
    const copies = sourceCopies(subject);
    if (first === undefined || copies.size === 0) return NOTHING;
    const { again, steps } = rebuildAfter(subject, copies);
    return `after a source-only change ${again} of ${steps} steps run again, ${first.command.name} in line ${first.range.start.line} not among them`;
  },
  *check(subject) {
    const copies = sourceCopies(subject);
    if (copies.size === 0) return;
    const { again, steps, instructions } = rebuildAfter(subject, copies);
    const said = new Set<Instruction>();
    for (const { script, command, range } of runCommands(subject)) {
      const dependencies = installsDependencies(command);
      if ((!dependencies && !installsSystemPackages(command)) || !instructions.has(script.instruction) || said.has(script.instruction))
        continue;
      said.add(script.instruction);
      yield {
        at: range,
        message: `a change of any source file runs ${command.name} again, and ${again} of the build's ${steps} steps`,
        advice: dependencies
          ? "Copy the files that list the dependencies, install, and copy the sources below."
          : "Move it above the COPY of the sources: system packages do not depend on them.",
        ...(dependencies ? {} : { severity: "info" as const }),
      };
    }
  },
});
