import type { Digest } from "../core/index.ts";
import type { ImageConfig, LayeredFile } from "../image/index.ts";
import { type SecretInConfiguration, secretsInConfiguration } from "../source/secrets/index.ts";
import type { Note } from "./note.ts";

/** A secret that whoever has the image has: never with its value. */
export interface FoundSecret {
  /** What a waiver names: `secret:npm-token`. */
  readonly id: string;
  /** In words that do not give it away, with an article. */
  readonly what: string;
  /** By its form, or the place where a program keeps it; else it only looks like one. */
  readonly isSure: boolean;
  readonly in: "file" | SecretInConfiguration["in"];
  /** Of a file, without a slash in front; `environment/NAME`, `label/NAME`, `history/STEP` of what stands in the configuration. */
  readonly path: string;
  /** Of a file, from 1. */
  readonly line?: number;
  readonly layer?: Digest;
  /** From 0, base first. */
  readonly layerIndex?: number;
  /** The layer that hides the file, from 0: the image still carries it. */
  readonly hidden?: { readonly by: number; readonly how: "deleted" | "replaced" };
  /** Number of the step in the history, from 1. */
  readonly step?: number;
}

const MAX_FOUND = 2000;

const inFiles = (files: readonly LayeredFile<Note>[]): readonly FoundSecret[] => {
  const told = new Set<string>();
  // What is seen first, then from the top down: a file that was replaced with the same secret in it is told once.
  const inOrder = files.toSorted((a, b) => Number(b.visible) - Number(a.visible) || b.layerIndex - a.layerIndex);
  return inOrder.flatMap(({ header: { path }, note, layer, layerIndex, hidden }) => {
    if (note.kind !== "secrets") return [];
    const fresh = note.secrets.filter(({ rule, what }) => !told.has(`${rule} ${what} ${path}`));
    for (const { rule, what } of fresh) told.add(`${rule} ${what} ${path}`);
    return fresh.map(({ rule, what, line, isSure }): FoundSecret => ({
      id: `secret:${rule}`,
      what,
      isSure,
      in: "file",
      path,
      line,
      layer,
      layerIndex,
      ...(hidden === undefined ? {} : { hidden }),
    }));
  });
};

/** What an image's layers and configuration give away, the surest first. */
export const secretsOf = (
  files: readonly LayeredFile<Note>[],
  { run, history }: Pick<ImageConfig, "run" | "history">,
): readonly FoundSecret[] => {
  const configured = secretsInConfiguration({ env: run.env, labels: run.labels, history }).map(
    ({ rule, what, isSure, in: where, name, step }): FoundSecret => ({
      id: `secret:${rule}`,
      what,
      isSure,
      in: where,
      path: `${where}/${where === "history" ? step : name}`,
      ...(step === undefined ? {} : { step }),
    }),
  );
  return [...configured, ...inFiles(files)]
    .toSorted(
      (a, b) => Number(b.isSure) - Number(a.isSure) || (a.path < b.path ? -1 : Number(a.path > b.path)) || (a.line ?? 0) - (b.line ?? 0),
    )
    .slice(0, MAX_FOUND);
};
