import type { Pod } from "../../source/kubernetes/index.ts";
import { flag, get, has, spot, type Span, text, texts, type YamlNode } from "../../source/yaml/index.ts";

/** A value of the container's security context, else of the pod's: the container's wins (API reference, SecurityContext). */
export const effective = (node: YamlNode, pod: Pod, key: string): YamlNode | undefined =>
  get(node, "securityContext", key) ?? get(pod.spec, "securityContext", key);

export const effectiveFlag = (node: YamlNode, pod: Pod, key: string): boolean | undefined => flag(effective(node, pod, key));

/** Where a security setting stands, the container's or the pod's; else where it is missing. */
export const securitySpot = (node: YamlNode, pod: Pod, key: string): Span =>
  !has(node, "securityContext", key) && has(pod.spec, "securityContext", key)
    ? spot(pod.spec, "securityContext", key)
    : spot(node, "securityContext", key);

/** `CAP_NET_RAW`, `net_raw` and `NET_RAW` are one. */
export const capability = (name: string): string => name.trim().toUpperCase().replace(/^CAP_/, "");

export const capabilities = (node: YamlNode, list: "add" | "drop"): readonly string[] =>
  texts(node, "securityContext", "capabilities", list).map(capability);

/** Containers of Windows have no capabilities, no users by number and no such root file system. */
export const isWindows = ({ spec }: Pod): boolean =>
  has(spec, "securityContext", "windowsOptions") ||
  text(spec, "os", "name") === "windows" ||
  text(spec, "nodeSelector", "kubernetes.io/os") === "windows";
