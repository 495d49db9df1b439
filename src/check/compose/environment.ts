import type { ComposeNode } from "../../source/index.ts";
import { entries } from "../../source/yaml/index.ts";
import { knownText } from "./text.ts";

/** A variable that a service is given in the file. */
export interface WrittenVariable {
  readonly name: string;
  /** UNKNOWN stands where a variable has no value. */
  readonly value: string;
  readonly node: ComposeNode;
}

/** The variables written under `environment` or `build.args`; those without a value, which come from outside, are left out. */
export const variablesOf = (service: ComposeNode, ...path: readonly string[]): readonly WrittenVariable[] =>
  entries(service, ...path).flatMap(([name, { key, value }]) => {
    if (value.kind !== "scalar" || value.value === null) return [];
    // `- NAME=value`: the value's place is that of the whole item.
    const inList = key.start === value.start && key.source === value.source;
    const text = knownText(value, inList ? (raw) => raw.slice(raw.indexOf("=") + 1) : undefined);
    return [{ name, value: text, node: value }];
  });
