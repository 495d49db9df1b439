import { isSeaworthyError, type SourceText } from "../../core/index.ts";
import type { Problem } from "../../source/index.ts";
import { looksLikeManifests, type ManifestFile, manifestsOf, parseManifests, resourceName } from "../../source/kubernetes/index.ts";
import { yamlSuppressions } from "../suppression.ts";
import { annotationSuppressions, documentComments } from "./kubernetes-ignores.ts";
import type { FileKind } from "./file-kind.ts";
import { unreadable } from "./unreadable.ts";

/** A chart's template is a program that writes YAML, not YAML: what it writes is checked by `helm template | seaworthy check -`. */
const isTemplate = (source: SourceText): boolean => /\{\{-?\s*[\w.$(/"]/.test(source.text) && /(?:^|\/)templates\//.test(source.path);

const parse = (source: SourceText): ManifestFile | readonly Problem[] => {
  try {
    return parseManifests(source);
  } catch (error) {
    if (isSeaworthyError(error)) return unreadable(source, error);
    throw error;
  }
};

/** Kubernetes manifests, by apiVersion and kind. */
export const kubernetesKind = Object.freeze<FileKind<"kubernetes">>({
  kind: "kubernetes",
  mayBe: (path) => /\.(?:ya?ml|json)$/i.test(path),
  is: (source) => looksLikeManifests(source.text) && !isTemplate(source),
  defaultPath: "manifest.yaml",
  read: (sources, settings) => {
    const parsed = sources.map(parse);
    const files = parsed.filter((one): one is ManifestFile => "resources" in one);
    const manifests = manifestsOf(files.flatMap((file) => file.resources));
    return {
      subjects: manifests.resources.map((resource) => ({
        source: resource.source,
        name: resourceName(resource),
        spot: resource.spot,
        settings,
        resource,
        manifests,
      })),
      problems: parsed.flatMap((one) => ("resources" in one ? one.problems : one)),
      suppressions: files.flatMap(({ source, resources }) => [
        ...documentComments(yamlSuppressions(source), resources),
        ...resources.flatMap(annotationSuppressions),
      ]),
    };
  },
});
