import { entries, head, type YamlNode } from "../../source/yaml/index.ts";
import type { Resource } from "../../source/kubernetes/index.ts";
import type { Suppression } from "../suppression.ts";

const list = (value: string): readonly string[] =>
  value
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");

const isTrue = (value: string): boolean => value.trim().toLowerCase() === "true";

/** What one annotation of a peer says: the rules it turns off, and why. */
const meaning = (key: string, value: string): { readonly rules: readonly string[]; readonly reason: string } | undefined => {
  const [, kubelinter] = /^ignore-check\.kube-linter\.io\/(\S+)$/.exec(key) ?? [];
  if (kubelinter !== undefined) return { rules: [`kubelinter:${kubelinter}`], reason: value.trim() || "ignored for KubeLinter" };
  if (key === "kube-linter.io/ignore-all") return { rules: ["kubelinter:*"], reason: value.trim() || "ignored for KubeLinter" };
  if (key === "kube-score/ignore") return { rules: list(value).map((id) => `kubescore:${id}`), reason: "ignored for kube-score" };
  if (key === "polaris.fairwinds.com/exempt" && isTrue(value)) return { rules: ["polaris:*"], reason: "exempt for Polaris" };
  const [, polaris] = /^polaris\.fairwinds\.com\/(\S+)-exempt$/.exec(key) ?? [];
  if (polaris !== undefined && isTrue(value)) return { rules: [`polaris:${polaris}`], reason: "exempt for Polaris" };
  if (/^checkov\.io\/skip\d+$/.test(key)) {
    const [id = "", ...reason] = value.split("=");
    return { rules: [`checkov:${id.trim()}`], reason: reason.join("=").trim() || "skipped for Checkov" };
  }
  return undefined;
};

const annotationsOf = ({ root, pod }: Resource): readonly (YamlNode | undefined)[] => [
  root,
  ...(pod === undefined || pod.template === root ? [] : [pod.template]),
];

/**
 * Ignores in the annotations of an object or of its pod template, which speak of the whole object: `ignore-check.kube-linter.io/<check>`,
 * `kube-linter.io/ignore-all`, `kube-score/ignore`, `polaris.fairwinds.com/<check>-exempt`, `polaris.fairwinds.com/exempt`, `checkov.io/skip<n>`.
 */
export const annotationSuppressions = (resource: Resource): readonly Suppression[] =>
  annotationsOf(resource).flatMap((node) =>
    entries(node, "metadata", "annotations").flatMap(([key, entry]): readonly Suppression[] => {
      const said = meaning(key, entry.value.kind === "scalar" ? entry.value.text : "");
      if (said === undefined) return [];
      const { source, start, end } = head(entry.key);
      return [{ form: "peer", ...said, within: resource.extent, files: source.path, path: source.path, range: source.range(start, end) }];
    }),
  );

/** A comment before the first line of an object speaks of all of it. */
export const documentComments = (suppressions: readonly Suppression[], resources: readonly Resource[]): readonly Suppression[] =>
  suppressions.map((one) => {
    const below = resources.find(({ source, extent }) => {
      const line = source.position(extent.start).line;
      return one.lines?.includes(line) === true && (one.range?.start.line ?? line) < line;
    });
    return below === undefined ? one : { ...one, within: below.extent };
  });
