export * from "./helm.ts";
export * from "./kustomize.ts";
export * from "./manifests.ts";
export * from "./parse.ts";
export * from "./pod.ts";
export * from "./resource.ts";
export * from "./selector.ts";
