import { flag, spot } from "../../source/yaml/index.ts";
import type { FileComplaint } from "../rule.ts";
import type { KubernetesSubject } from "../subject.ts";

/** For a PodSecurityPolicy (`spec`) or SecurityContextConstraints (top level): it lets pods do something, which is wrong unless it says `false`. */
export const policyFlag = (
  path: readonly string[],
  what: string,
  { whenMissing = false, peers }: { readonly whenMissing?: boolean; readonly peers: readonly string[] },
) =>
  function* ({ resource, name }: KubernetesSubject): Iterable<FileComplaint> {
    const value = flag(resource.root, ...path);
    if (value === true || (value === undefined && whenMissing))
      yield {
        at: spot(resource.root, ...path),
        message: `${name} lets pods ${what}`,
        advice: `Set ${path.join(".")}: false.`,
        peers,
      };
  };
