import { type Diagnostic, type Report, reportTo } from "../diagnostic.ts";
import type { Dockerfile, Stage } from "../dockerfile.ts";
import type { ArgDefinition, ArgInstruction, Instruction } from "../instructions/instruction.ts";
import type { MappedText } from "../mapped-text.ts";
import { stageNamed } from "../stages.ts";
import { withSuggestion } from "../suggest.ts";
import { expandText, isPlainWord } from "../words/expand.ts";
import type { ExpandOptions } from "../words/expansion.ts";
import { type Budget, isEmpty, knownText, newBudget, WORD_COST } from "../words/parts.ts";
import { applyInstruction, blankBase, blankPlatform, targetMissing } from "./apply.ts";
import { argVariable, AUTOMATIC_ARGS, automaticVariables, type BuildArgs } from "./args.ts";
import { baseVariables, draftFromBase, SCRATCH } from "./base.ts";
import { checkMount } from "./check-mount.ts";
import { type Environment, maybeFromBase, nothing, Scope } from "./environment.ts";
import {
  type Base,
  type EvaluatedInstruction,
  type EvaluatedStage,
  type EvaluateOptions,
  type Evaluation,
  type ExpandedWord,
  partsOf,
} from "./evaluation.ts";
import { expandablesOf } from "./expansions.ts";
import { checkCopyFrom, checkMountFrom } from "./references.ts";
import { ConfigDraft } from "./settings.ts";

/** Longest chain of stages that is followed, and most instructions that ONBUILD may add in all. Real files stay below 20. */
const MAX_CHAIN = 100;
const MAX_TRIGGERED = 10_000;

/** What one evaluation carries along. */
interface Run {
  readonly dockerfile: Dockerfile;
  readonly options: EvaluateOptions;
  readonly buildArgs: BuildArgs;
  readonly report: Report;
  readonly budget: Budget;
  readonly done: EvaluatedStage[];
  readonly drafts: Map<EvaluatedStage, ConfigDraft>;
  triggered: number;
}

const expandWord = (run: Run, word: MappedText, environment: Environment, options?: ExpandOptions): ExpandedWord => {
  run.budget.left -= WORD_COST;
  if (run.budget.left < 0) return { parts: [{ unknown: "", why: "too-long" }], words: [], uses: [], word };
  const expanded = expandText(word.text, { escape: run.dockerfile.escape, ...options, lookup: environment.find, budget: run.budget });
  if (expanded.error !== undefined) run.report("expansion", expanded.error, word.range);
  return { ...expanded, word };
};

const evaluateArgs = (run: Run, instruction: ArgInstruction, scope: Scope, globals?: Environment): EvaluatedInstruction => {
  const words = new Map<MappedText, ExpandedWord>();
  const first = scope.snapshot();
  for (const arg of instruction.args) {
    const before = scope.snapshot();
    const valueOf = ({ value }: ArgDefinition) => {
      if (value === undefined) return [];
      const expanded = expandWord(run, value, before);
      words.set(value, expanded);
      return expanded.parts;
    };
    const variable = argVariable(arg, { buildArgs: run.buildArgs, valueOf, before, ...(globals === undefined ? {} : { globals }) });
    if (variable !== undefined) scope.define(variable);
  }
  return { instruction, environment: first, words };
};

const checkReferences = (run: Run, stage: Stage, instruction: Instruction, words: ReadonlyMap<MappedText, ExpandedWord>): void => {
  const { stages, escape } = run.dockerfile;
  if (instruction.keyword === "COPY" && instruction.from !== undefined && instruction.from.length > 0)
    checkCopyFrom(stages, stage, instruction.from, escape, run.report);
  if (instruction.keyword !== "RUN") return;
  for (const mount of instruction.mounts) {
    if (mount.from !== undefined) checkMountFrom(stages, stage, mount.from, run.report);
    checkMount(mount, (value) => knownText(partsOf({ words }, value)), run.report);
  }
};

/** Runs one instruction in a stage: expands it, checks it, applies it. */
const evaluateInstruction = (
  run: Run,
  stage: Stage,
  instruction: Instruction,
  scope: Scope,
  draft: ConfigDraft,
  globals: Environment,
): EvaluatedInstruction => {
  if (instruction.keyword === "ARG") return evaluateArgs(run, instruction, scope, globals);
  const environment = scope.snapshot();
  const words = new Map<MappedText, ExpandedWord>();
  for (const { word, options } of expandablesOf(instruction))
    if (!isPlainWord(word.text, options?.escape ?? run.dockerfile.escape)) words.set(word, expandWord(run, word, environment, options));
  checkReferences(run, stage, instruction, words);
  applyInstruction({ instruction, stage, draft, scope, words, report: run.report });
  return { instruction, environment, words };
};

const baseOf = (run: Run, stage: Stage, image: ExpandedWord | undefined, platform: ExpandedWord | undefined): Base => {
  if (image === undefined || image.error !== undefined) return { kind: "unknown" };
  const name = knownText(image.parts);
  if (name === undefined || name === "") return { kind: "unknown" };
  const parent = stageNamed(run.dockerfile.stages, name, stage.index);
  const evaluated = parent === undefined ? undefined : run.done[parent.index];
  if (evaluated !== undefined) return evaluated.chain.length < MAX_CHAIN ? { kind: "stage", stage: evaluated } : { kind: "unknown" };
  if (name === "scratch") return { kind: "scratch" };
  const config = run.options.baseConfig?.(name, platform === undefined ? undefined : knownText(platform.parts));
  return config === undefined ? { kind: "image", image: name } : { kind: "image", image: name, config };
};

const scopeOn = (base: Base, globals: Environment, isFragment: boolean): Scope => {
  // In a fragment the ARGs above are all the declarations there are.
  if (isFragment) return new Scope({ ...globals, find: (name) => ofFragment(globals, name) }, maybeFromBase);
  if (base.kind === "stage") return new Scope(base.stage.environment, nothing);
  const config = base.kind === "scratch" ? SCRATCH : base.kind === "image" ? base.config : undefined;
  const scope = new Scope(undefined, config === undefined ? maybeFromBase : nothing);
  if (config !== undefined) for (const variable of baseVariables(config)) scope.define(variable);
  return scope;
};

const ofFragment = (globals: Environment, name: string): ReturnType<Environment["find"]> => {
  const found = globals.find(name);
  return found.state === "set" && !AUTOMATIC_ARGS.includes(name) ? found : maybeFromBase(name);
};

const draftOn = (run: Run, base: Base): ConfigDraft => {
  if (base.kind === "stage") return new ConfigDraft(run.drafts.get(base.stage));
  if (base.kind === "scratch") return draftFromBase(SCRATCH);
  return base.kind === "image" && base.config !== undefined ? draftFromBase(base.config) : new ConfigDraft();
};

const checkFrom = (run: Run, image: ExpandedWord | undefined, platform: ExpandedWord | undefined): void => {
  if (image !== undefined && image.error === undefined && isEmpty(image.parts) === true)
    run.report("reference", blankBase(image.word), image.word.range);
  if (platform === undefined || platform.error !== undefined || isEmpty(platform.parts) !== true) return;
  const unset = platform.uses.find((use) => use.found.state === "unset")?.name ?? "";
  run.report("reference", withSuggestion(blankPlatform(platform.word), unset, AUTOMATIC_ARGS), platform.word.range);
};

const evaluateStage = (run: Run, stage: Stage, globals: Environment): EvaluatedStage => {
  const image = stage.from?.image === undefined ? undefined : expandWord(run, stage.from.image, globals);
  const platform = stage.from?.platform === undefined ? undefined : expandWord(run, stage.from.platform, globals);
  checkFrom(run, image, platform);
  const base = baseOf(run, stage, image, platform);
  const scope = scopeOn(base, globals, stage.from === undefined);
  const draft = draftOn(run, base);
  const instructions: EvaluatedInstruction[] = [];
  if (base.kind === "stage") {
    const { onbuild } = base.stage.stage;
    for (const { trigger } of onbuild) {
      if (run.triggered >= MAX_TRIGGERED) break;
      if (trigger === undefined) continue;
      run.triggered += 1;
      instructions.push({ ...evaluateInstruction(run, stage, trigger, scope, draft, globals), triggeredBy: base.stage.stage });
    }
  }
  for (const instruction of stage.instructions) instructions.push(evaluateInstruction(run, stage, instruction, scope, draft, globals));
  const below = base.kind === "stage" ? base.stage.chain : [];
  const chain: EvaluatedStage[] = [...below];
  const evaluated: EvaluatedStage = {
    stage,
    base,
    ...(image === undefined ? {} : { image }),
    ...(platform === undefined ? {} : { platform }),
    chain,
    instructions,
    environment: scope.snapshot(),
    config: draft.finish(),
  };
  chain.push(evaluated);
  run.drafts.set(evaluated, draft);
  return evaluated;
};

const targetOf = (run: Run): EvaluatedStage | undefined => {
  const { target } = run.options;
  if (target === undefined || target === "") return run.done.at(-1);
  const { stages, source } = run.dockerfile;
  const found = stageNamed(stages, target);
  const names = stages.flatMap(({ name }) => name ?? []);
  if (found === undefined) run.report("target", withSuggestion(targetMissing(target), target, names), source.range(0, 0));
  return found === undefined ? undefined : run.done[found.index];
};

const begin = (dockerfile: Dockerfile, options: EvaluateOptions) => {
  const diagnostics: Diagnostic[] = [];
  const { buildArgs = {} } = options;
  const run: Run = {
    dockerfile,
    options,
    buildArgs,
    report: reportTo(diagnostics),
    budget: newBudget(),
    done: [],
    drafts: new Map(),
    triggered: 0,
  };
  const globalScope = new Scope(undefined, nothing);
  for (const variable of automaticVariables(buildArgs)) globalScope.define(variable);
  const globalArgs = dockerfile.globalArgs.map((instruction) => evaluateArgs(run, instruction, globalScope));
  return { run, globalArgs, globals: globalScope.snapshot(), diagnostics };
};

/** The images that FROM names, with their platforms where these are known: those of `evaluate`, for a fraction of its time. */
export const imagesUnder = (
  dockerfile: Dockerfile,
  options: EvaluateOptions = {},
): readonly { readonly image: string; readonly platform?: string }[] => {
  const { run, globals } = begin(dockerfile, options);
  return dockerfile.stages.flatMap(({ from, index }) => {
    const image = from?.image === undefined ? undefined : expandWord(run, from.image, globals);
    const name = image === undefined || image.error !== undefined ? undefined : knownText(image.parts);
    if (name === undefined || name === "" || name === "scratch" || stageNamed(dockerfile.stages, name, index) !== undefined) return [];
    const platform = from?.platform === undefined ? undefined : knownText(expandWord(run, from.platform, globals).parts);
    return [{ image: name, ...(platform === undefined ? {} : { platform }) }];
  });
};

/**
 * Puts a Dockerfile's stages together and replaces variables as a build would: for every instruction the words it ends up with and where they come from, for
 * every stage the configuration its image gets. What depends on something not said stays unknown and is never taken for empty. Never throws.
 * Source: frontend/dockerfile/dockerfile2llb/convert.go of moby/buildkit
 */
export const evaluate = (dockerfile: Dockerfile, options: EvaluateOptions = {}): Evaluation => {
  const { run, globalArgs, globals, diagnostics } = begin(dockerfile, options);
  for (const stage of dockerfile.stages) run.done.push(evaluateStage(run, stage, globals));
  const target = targetOf(run);
  return { dockerfile, stages: run.done, target, globals, globalArgs, diagnostics };
};
