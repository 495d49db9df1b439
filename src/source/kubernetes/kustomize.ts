import { dirname, posix } from "node:path";
import type { SourceText } from "../../core/index.ts";
import { entries, items, parseYaml, readTrees, spot, type Span, text, texts, type YamlNode } from "../yaml/index.ts";

/** A kustomization as far as it is followed. */
export interface Kustomization {
  readonly source: SourceText;
  /** Files and folders it takes objects from, from where the files are named from; addresses on the network are unresolved. */
  readonly resources: readonly string[];
  /** Files that hold parts of objects only. */
  readonly patches: readonly string[];
  /** The namespace that it puts its objects into. */
  readonly namespace?: string;
  /** Fields that change objects and are not applied. */
  readonly unresolved: readonly { readonly field: string; readonly spot: Span }[];
}

const NAME = /(?:^|\/)(?:kustomization\.ya?ml|Kustomization)$/;
export const KUSTOMIZATION_NAMES: readonly string[] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

export const isKustomizationPath = (path: string): boolean => NAME.test(path);

/** Fields that change or make objects (kustomize reference, "The Kustomization File"). */
const CHANGES = [
  "commonAnnotations",
  "commonLabels",
  "components",
  "configMapGenerator",
  "configurations",
  "crds",
  "generators",
  "helmCharts",
  "images",
  "labels",
  "namePrefix",
  "nameSuffix",
  "openapi",
  "patches",
  "patchesJson6902",
  "patchesStrategicMerge",
  "replacements",
  "replicas",
  "secretGenerator",
  "transformers",
  "vars",
];

const isRemote = (path: string): boolean => /^[a-z][a-z0-9+.-]*:\/\/|^git@|^github\.com\/|\?ref=/i.test(path);

const patchFiles = (root: YamlNode): readonly string[] => [
  ...texts(root, "patchesStrategicMerge").filter((one) => !one.includes("\n")),
  ...["patches", "patchesJson6902"].flatMap((key) => items(root, key).flatMap((patch) => text(patch, "path") ?? [])),
];

/** Reads a kustomization. @throws INPUT_INVALID, INPUT_TOO_LARGE */
export const readKustomization = (source: SourceText): Kustomization => {
  const [root] = readTrees(parseYaml(source)).trees;
  const here = dirname(source.path);
  const below = (path: string): string => posix.normalize(posix.join(here, path));
  const named =
    root === undefined ? [] : ["resources", "bases", "components"].flatMap((key) => texts(root, key).map((path) => ({ key, path })));
  const namespace = text(root, "namespace");
  const remote = root !== undefined && named.some(({ path }) => isRemote(path));
  return {
    source,
    resources: named.filter(({ path }) => !isRemote(path)).map(({ path }) => below(path)),
    patches: root === undefined ? [] : patchFiles(root).map(below),
    ...(namespace === undefined ? {} : { namespace }),
    unresolved:
      root === undefined
        ? []
        : [
            ...entries(root)
              .filter(([key]) => CHANGES.includes(key))
              .map(([field]) => ({ field, spot: spot(root, field) })),
            ...(remote ? [{ field: "resources from the network", spot: spot(root, "resources") }] : []),
          ],
  };
};
