import { SourceText } from "../../core/index.ts";
import {
  copyReference,
  type CopyInstruction,
  evaluate,
  type EvaluatedInstruction,
  type EvaluatedStage,
  knownText,
  type Mount,
  mountReference,
  parseDockerfile,
  partsOf,
  type Reference,
} from "../../source/dockerfile/index.ts";

/** What the files of a layer can come from: paths in the build context, or all of it. */
export type LayerInputs = "everything" | ReadonlySet<string>;

/** One history entry that the build makes: its keyword, and what it and all before it in its stage had been given. */
export interface Step {
  readonly keyword: string;
  /** True for COPY and ADD, whose files keep the times they had in the context. */
  readonly copies: boolean;
  readonly inputs: LayerInputs;
}

const NOTHING: LayerInputs = new Set<string>();
const union = (a: LayerInputs, b: LayerInputs): LayerInputs => {
  if (a === "everything" || b === "everything") return "everything";
  return b.size === 0 ? a : new Set([...a, ...b]);
};

/** A path of the context. A pattern or an address may be anything. */
const contextPath = (path: string | undefined): LayerInputs =>
  path === undefined || path === "" || /[*?[\]\\]|:\/\/|^git@/.test(path) ? "everything" : new Set([path.replace(/^\/+/, "") || "."]);

/** Inputs of the stages that a Dockerfile's `from`s name, as far as they are known. */
type InputsOf = (reference: Reference) => LayerInputs;

const copyInputs = (copy: CopyInstruction, evaluated: EvaluatedInstruction, references: References): LayerInputs => {
  if (copy.from !== undefined) return copy.from.text.includes("$") ? "everything" : references.copied(copy.from);
  return copy.sources
    .map((source) => (source.kind === "path" ? contextPath(knownText(partsOf(evaluated, source.word))) : "everything"))
    .reduce<LayerInputs>(union, copy.sources.length === 0 ? "everything" : NOTHING);
};

const mountInputs = (mount: Mount, evaluated: EvaluatedInstruction, references: References): LayerInputs => {
  if (mount.from !== undefined) return mount.from.text.includes("$") ? "everything" : references.mounted(mount.from);
  if (mount.type === "cache" || mount.type === "secret" || mount.type === "ssh" || mount.type === "tmpfs") return NOTHING;
  return mount.type === "bind" && mount.source !== undefined ? contextPath(knownText(partsOf(evaluated, mount.source))) : "everything";
};

interface References {
  readonly copied: (from: NonNullable<CopyInstruction["from"]>) => LayerInputs;
  readonly mounted: (from: NonNullable<Mount["from"]>) => LayerInputs;
}

const inputsOf = (evaluated: EvaluatedInstruction, references: References): LayerInputs => {
  const { instruction } = evaluated;
  if (instruction.keyword === "COPY" || instruction.keyword === "ADD") return copyInputs(instruction, evaluated, references);
  if (instruction.keyword !== "RUN") return NOTHING;
  return instruction.mounts.map((mount) => mountInputs(mount, evaluated, references)).reduce<LayerInputs>(union, NOTHING);
};

/**
 * The steps that make the target image, its own stage's parents first, each with its inputs. A step inherits those of the steps before it:
 * `RUN npm ci` depends on the package.json copied above it, and not on the source copied below.
 * @param target default: the last stage. Undefined when there is no such stage.
 */
export const stepsOf = (dockerfile: string, target?: string): readonly Step[] | undefined => {
  const parsed = parseDockerfile(new SourceText("Dockerfile", dockerfile));
  const evaluation = evaluate(parsed, target === undefined ? {} : { target });
  if (evaluation.target === undefined) return undefined;
  const ends: LayerInputs[] = [];
  const own = new Map<EvaluatedStage, readonly Step[]>();
  const inputsIn: InputsOf = (reference) => (reference.kind === "image" ? NOTHING : (ends[reference.stage.index] ?? NOTHING));
  const references: References = {
    copied: (from) => inputsIn(copyReference(parsed.stages, from)),
    mounted: (from) => inputsIn(mountReference(parsed.stages, from)),
  };
  for (const stage of evaluation.stages) {
    let inputs = stage.base.kind === "stage" ? (ends[stage.base.stage.stage.index] ?? NOTHING) : NOTHING;
    const steps: Step[] = [];
    for (const evaluated of stage.instructions) {
      const { keyword } = evaluated.instruction;
      // ONBUILD leaves no entry in the history; what it triggers does, in the stage on top.
      if (keyword === "ONBUILD") continue;
      inputs = union(inputs, inputsOf(evaluated, references));
      steps.push({ keyword, copies: keyword === "COPY" || keyword === "ADD", inputs });
    }
    own.set(stage, steps);
    ends[stage.stage.index] = inputs;
  }
  return evaluation.target.chain.flatMap((stage) => own.get(stage) ?? []);
};
