import type { ArgDefinition } from "../instructions/instruction.ts";
import { knownText, type Parts } from "../words/parts.ts";
import type { Variable } from "../words/variable.ts";
import { type Environment, textParts } from "./environment.ts";

/** Set by the builder in global scope; a stage sees one after `ARG name`. Source: dockerfile2llb/platform.go of moby/buildkit. */
export const AUTOMATIC_ARGS: readonly string[] = [
  "BUILDPLATFORM",
  "BUILDOS",
  "BUILDOSVERSION",
  "BUILDARCH",
  "BUILDVARIANT",
  "TARGETPLATFORM",
  "TARGETOS",
  "TARGETOSVERSION",
  "TARGETARCH",
  "TARGETVARIANT",
  "TARGETSTAGE",
];

export type BuildArgs = Readonly<Record<string, string>>;
const givenArg = (buildArgs: BuildArgs, name: string): string | undefined => (Object.hasOwn(buildArgs, name) ? buildArgs[name] : undefined);

export const automaticVariables = (buildArgs: BuildArgs): readonly Variable[] =>
  AUTOMATIC_ARGS.map((name) => {
    const given = givenArg(buildArgs, name);
    return { name, kind: "automatic", parts: given === undefined ? [{ unknown: name, why: "no-value" }] : textParts(given) };
  });

/** What an ARG may take its value from. */
export interface ArgSources {
  readonly buildArgs: BuildArgs;
  /** Its default, variables replaced. */
  readonly valueOf: (arg: ArgDefinition) => Parts;
  /** Global ARGs, for an ARG in a stage. */
  readonly globals?: Environment;
  /** The variables before it. */
  readonly before: Environment;
}

/**
 * The variable an ARG makes: of the build argument if there is one, else of its default, else of the global ARG. Without any of them a value from
 * before stays; where there is none it is unknown, for a build argument may give it.
 */
export const argVariable = (arg: ArgDefinition, { buildArgs, valueOf, globals, before }: ArgSources): Variable | undefined => {
  const name = arg.name.text;
  const { range } = arg.name;
  const given = givenArg(buildArgs, name);
  if (given !== undefined) return { name, kind: "build-arg", parts: textParts(given), range };
  if (arg.value !== undefined) return { name, kind: "arg", parts: valueOf(arg), range };
  const global = globals?.find(name);
  if (global?.state === "set") return { name, kind: global.variable?.kind ?? "arg", parts: global.parts, range };
  const found = before.find(name);
  if (found.state === "set" && (found.variable !== undefined || knownText(found.parts) !== undefined)) return undefined;
  return { name, kind: "arg", parts: [{ unknown: name, why: "no-value" }], range };
};
