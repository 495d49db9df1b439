import type { Report } from "../diagnostic.ts";
import type { MappedText } from "../mapped-text.ts";
import type { InstructionBase } from "./instruction.ts";

/** What the reader of one kind of instruction is given. */
export interface Context {
  readonly base: InstructionBase;
  /** Upper case. */
  readonly keyword: string;
  readonly escape: number;
  readonly report: Report;
}

/** An optional field: left out rather than undefined. */
export const given = <const Name extends string, Value>(name: Name, value: Value | undefined): { readonly [key in Name]?: Value } =>
  value === undefined ? {} : ({ [name]: value } as { readonly [key in Name]?: Value });

/** The value of a flag that may be written once; the last of several, which are reported. */
export const flagValue = ({ base }: Context, name: string): MappedText | undefined =>
  base.flags.findLast((flag) => flag.name === name)?.value;

export const flagValues = ({ base }: Context, name: string): readonly MappedText[] =>
  base.flags.flatMap((flag) => (flag.name === name && flag.value !== undefined ? [flag.value] : []));

/** A flag that needs no value; undefined when it is not written. */
export const flagTruth = ({ base }: Context, name: string): boolean | undefined => {
  const flag = base.flags.findLast((one) => one.name === name);
  return flag === undefined ? undefined : flag.value?.text.toLowerCase() !== "false";
};
