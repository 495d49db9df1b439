import { isSeaworthyError, type SourceText } from "../../core/index.ts";
import type { Problem } from "../../source/index.ts";
import {
  isKustomizationPath,
  type Kustomization,
  looksLikeManifests,
  manifestsOf,
  parseManifests,
  readKustomization,
  type Resource,
  resourceName,
} from "../../source/kubernetes/index.ts";
import { yamlSuppressions } from "../suppression.ts";
import type { FileKind, Remark } from "./file-kind.ts";
import { annotationSuppressions, documentComments } from "./kubernetes-ignores.ts";
import { unreadable } from "./unreadable.ts";

/** A chart's template is a program that writes YAML, not YAML: what it writes is checked by `helm template CHART | seaworthy check -`. */
export const isChartTemplate = (source: SourceText): boolean =>
  /(?:^|\/)templates\//.test(source.path) && /\{\{-?\s*[\w.$(/"]/.test(source.text);

/** Reads one file; what is wrong with it is the user's to mend, and does not stop the others. */
const attempt = <T>(source: SourceText, read: (source: SourceText) => T): { readonly value?: T; readonly problems: readonly Problem[] } => {
  try {
    return { value: read(source), problems: [] };
  } catch (error) {
    if (isSeaworthyError(error)) return { problems: unreadable(source, error) };
    throw error;
  }
};

/** What a kustomization leaves undone here. */
const remarkOn = ({ source, unresolved }: Kustomization): readonly Remark[] => {
  const [first] = unresolved;
  return first === undefined
    ? []
    : [
        {
          path: source.path,
          range: source.range(first.spot.start, first.spot.end),
          message: `${[...new Set(unresolved.map((one) => one.field))].join(", ")} are not applied: the objects were judged as they stand in their files`,
          advice: `Judge the result: kubectl kustomize ${source.path.replace(/\/?[^/]*$/, "") || "."} | seaworthy check -`,
        },
      ];
};

/** The namespace that a kustomization puts a file's objects into, when it names the file itself. */
const namespaceOf = (path: string, kustomizations: readonly Kustomization[]): string | undefined => {
  const taking = kustomizations.filter(({ resources, namespace }) => namespace !== undefined && resources.includes(path));
  return taking.length === 1 ? taking[0]?.namespace : undefined;
};

const within = (resource: Resource, namespace: string | undefined): Resource =>
  namespace === undefined || resource.namespace !== undefined ? resource : { ...resource, namespace };

/** Kubernetes manifests, by apiVersion and kind, and the kustomizations that put them together. */
export const kubernetesKind = Object.freeze<FileKind<"kubernetes">>({
  kind: "kubernetes",
  mayBe: (path) => /\.(?:ya?ml|json)$/i.test(path) || isKustomizationPath(path),
  is: (source) => isKustomizationPath(source.path) || (looksLikeManifests(source.text) && !isChartTemplate(source)),
  defaultPath: "manifest.yaml",
  read: (sources, settings) => {
    const overlays = sources.filter((source) => isKustomizationPath(source.path)).map((source) => attempt(source, readKustomization));
    const kustomizations = overlays.flatMap(({ value }) => value ?? []);
    const patches = new Set(kustomizations.flatMap((one) => one.patches));
    const whole = sources.filter((source) => !isKustomizationPath(source.path) && !patches.has(source.path));
    const parsed = whole.map((source) => attempt(source, parseManifests));
    const files = parsed.flatMap(({ value }) => value ?? []);
    const manifests = manifestsOf(
      files.flatMap(({ source, resources }) => resources.map((resource) => within(resource, namespaceOf(source.path, kustomizations)))),
    );
    return {
      subjects: manifests.resources.map((resource) => ({
        source: resource.source,
        name: resourceName(resource),
        spot: resource.spot,
        settings,
        resource,
        manifests,
      })),
      problems: [...overlays, ...parsed].flatMap(({ problems, value }) => [
        ...problems,
        ...(value !== undefined && "problems" in value ? value.problems : []),
      ]),
      remarks: kustomizations.flatMap(remarkOn),
      suppressions: files.flatMap(({ source, resources }) => [
        ...documentComments(yamlSuppressions(source), resources),
        ...resources.flatMap(annotationSuppressions),
      ]),
    };
  },
});
