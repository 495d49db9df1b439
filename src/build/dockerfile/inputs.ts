import { findStage, type Instruction, readStages, type Stage } from "./stages.ts";

/** What the files of a layer can come from: paths in the build context, or all of it. */
export type LayerInputs = "everything" | ReadonlySet<string>;

/** One history entry that the build makes: its keyword, and what it and all before it in its stage had been given. */
export interface Step {
  readonly keyword: string;
  /** True for COPY and ADD, whose files keep the times they had in the context. */
  readonly copies: boolean;
  readonly inputs: LayerInputs;
}

const union = (a: LayerInputs, b: LayerInputs): LayerInputs =>
  a === "everything" || b === "everything" ? "everything" : new Set([...a, ...b]);
const NOTHING: LayerInputs = new Set<string>();

/** Sources of a COPY or ADD from the context. Anything with a variable, a pattern or a URL in it may be anything. */
const sourcesOf = (instruction: Instruction): LayerInputs => {
  if (instruction.heredoc || /[$*?[\]<>"']/.test(instruction.rest) || instruction.rest.includes("://")) return "everything";
  const words = instruction.rest.split(" ").slice(0, -1);
  return words.length === 0 ? "everything" : new Set(words.map((word) => word.replace(/^\/+/, "") || "."));
};

const inputsOf = (instruction: Instruction, stageInputs: (name: string) => LayerInputs): LayerInputs => {
  const from = instruction.flags.find((flag) => flag.name === "from")?.value;
  switch (instruction.keyword) {
    case "COPY":
    case "ADD":
      return from === undefined ? sourcesOf(instruction) : stageInputs(from);
    case "RUN":
      return instruction.flags
        .filter((flag) => flag.name === "mount" && !/type=(?:cache|secret|ssh|tmpfs)\b/.test(flag.value))
        .map((flag) => /(?:^|,)from=([^,]+)/.exec(flag.value)?.[1])
        .reduce<LayerInputs>((all, name) => union(all, name === undefined ? "everything" : stageInputs(name)), NOTHING);
    default:
      return NOTHING;
  }
};

/**
 * The steps that make the target image, its own stage's parents first, each with its inputs. A step inherits those of the steps before it:
 * `RUN npm ci` depends on the package.json copied above it, and not on the source copied below.
 * @param target default: the last stage. Undefined when there is no such stage.
 */
export const stepsOf = (dockerfile: string, target?: string): readonly Step[] | undefined => {
  const stages = readStages(dockerfile);
  const wanted = target === undefined ? stages.length - 1 : findStage(stages, target, stages.length);
  if (wanted === undefined || wanted < 0) return undefined;
  const known = new Map<number, readonly Step[]>();
  const stepsIn = (at: number): readonly Step[] => {
    const stage: Stage | undefined = stages[at];
    const before = known.get(at);
    if (stage === undefined || before !== undefined) return before ?? [];
    const parent = findStage(stages, stage.from, at);
    const steps = parent === undefined ? [] : [...stepsIn(parent)];
    const stageInputs = (name: string): LayerInputs => {
      if (name.includes("$")) return "everything";
      const found = findStage(stages, name, at);
      return found === undefined ? NOTHING : (stepsIn(found).at(-1)?.inputs ?? NOTHING);
    };
    for (const instruction of stage.instructions) {
      const inputs = union(steps.at(-1)?.inputs ?? NOTHING, inputsOf(instruction, stageInputs));
      steps.push({ keyword: instruction.keyword, copies: instruction.keyword === "COPY" || instruction.keyword === "ADD", inputs });
    }
    known.set(at, steps);
    return steps;
  };
  return stepsIn(wanted);
};
