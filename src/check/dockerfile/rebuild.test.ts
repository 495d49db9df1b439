import { expect, test } from "vitest";
import { SourceText } from "../../core/index.ts";
import { parseDockerfile } from "../../source/dockerfile/index.ts";
import { dockerfileSubject } from "../kinds/dockerfile.ts";
import { neededStages, rebuildAfter } from "./rebuild.ts";

const subject = (text: string) => dockerfileSubject(parseDockerfile(new SourceText("Dockerfile", text)), {});

const TEXT = `FROM node:24 AS deps
COPY package.json ./
RUN npm ci
FROM node:24 AS unused
COPY . .
FROM deps AS build
COPY src ./src
RUN npm run build
FROM node:24-slim
WORKDIR /app
COPY --from=deps /node_modules ./node_modules
COPY --from=build /dist ./dist
RUN echo done
`;

const lineOf = (text: string, line: number) => subjectInstructions(text).find(({ range }) => range.start.line === line);
const subjectInstructions = (text: string) => parsed(text).file.instructions;
const subjects = new Map<string, ReturnType<typeof subject>>();
const parsed = (text: string) => {
  const known = subjects.get(text) ?? subject(text);
  subjects.set(text, known);
  return known;
};

test("stages that nothing of the image comes from are not needed", () => {
  expect(neededStages(parsed(TEXT)).map(({ stage }) => stage.name ?? "last")).toEqual(["deps", "build", "last"]);
});

test("what is below a changed copy runs again, in stages built on it or copying from it", () => {
  const again = (line: number) => {
    const changed = lineOf(TEXT, line);
    const { instructions, steps } = rebuildAfter(parsed(TEXT), new Set(changed === undefined ? [] : [changed]));
    expect(steps).toBe(8);
    return [...instructions].map(({ range }) => range.start.line);
  };
  expect(again(7)).toEqual([7, 8, 12, 13]);
  expect(again(2)).toEqual([2, 3, 7, 8, 11, 12, 13]);
  expect(again(5)).toEqual([]);
});
