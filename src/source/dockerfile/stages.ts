import type { SourceText } from "../../core/index.ts";
import type { Report } from "./diagnostic.ts";
import type { Stage } from "./dockerfile.ts";
import type { ArgInstruction, FromInstruction, Instruction, OnbuildInstruction } from "./instructions/instruction.ts";

/** Sorts instructions into global ARGs and stages. */
export const toStages = (
  source: SourceText,
  instructions: readonly Instruction[],
  report: Report,
): { readonly globalArgs: readonly ArgInstruction[]; readonly stages: readonly Stage[] } => {
  const globalArgs: ArgInstruction[] = [];
  const groups: { from: FromInstruction | undefined; instructions: Instruction[] }[] = [];
  for (const instruction of instructions) {
    const current = groups.at(-1);
    if (instruction.keyword === "FROM") groups.push({ from: instruction, instructions: [] });
    else if (current !== undefined) current.instructions.push(instruction);
    else if (instruction.keyword === "ARG") globalArgs.push(instruction);
    else {
      report("no-stage-yet", "no build stage in current context", instruction.head);
      groups.push({ from: undefined, instructions: [instruction] });
    }
  }
  const [first] = instructions;
  if (first !== undefined && !groups.some((group) => group.from !== undefined))
    report("no-stages", "dockerfile contains no stages to build", first.head);
  const stages = groups.map(({ from, instructions: own }, index): Stage => {
    const start = from ?? own[0];
    const end = own.at(-1) ?? from;
    return {
      index,
      ...(from?.name === undefined ? {} : { name: from.name.text.toLowerCase() }),
      ...(from === undefined ? {} : { from }),
      instructions: own,
      onbuild: own.filter((one): one is OnbuildInstruction => one.keyword === "ONBUILD"),
      range: source.range(start?.range.start.offset ?? 0, end?.range.end.offset ?? 0),
    };
  });
  return { globalArgs, stages };
};

/** Stages by name, in order: made once for each list of stages. */
const byName = new WeakMap<readonly Stage[], ReadonlyMap<string, readonly Stage[]>>();
const namesOf = (stages: readonly Stage[]): ReadonlyMap<string, readonly Stage[]> => {
  const known = byName.get(stages);
  if (known !== undefined) return known;
  const names = Map.groupBy(
    stages.filter((stage) => stage.name !== undefined),
    (stage) => stage.name ?? "",
  );
  byName.set(stages, names);
  return names;
};

/** The stage of that name, the last of several. `before`: only those above, as for FROM. */
export const stageNamed = (stages: readonly Stage[], name: string, before: number = stages.length): Stage | undefined => {
  const same = namesOf(stages).get(name.toLowerCase()) ?? [];
  let low = 0;
  let high = same.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((same[middle]?.index ?? 0) < before) low = middle + 1;
    else high = middle;
  }
  return same[low - 1];
};

/** What `COPY --from`, or a `--target`, names: a stage by number or by name. Undefined: an image. */
export const stageReferred = (stages: readonly Stage[], reference: string): Stage | undefined =>
  /^[+-]?\d+$/.test(reference) ? stages[Number(reference)] : stageNamed(stages, reference);
