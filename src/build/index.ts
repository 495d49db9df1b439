export { type BuildOptions, buildService, type BuiltImage, type BuiltPlatform } from "./build-service.ts";
export { labelsFor, sourceUrl } from "./labels.ts";
export { projectTags } from "./project-tags.ts";
export { type ImageTags, sanitiseTag, type TagInput, tagsFor } from "./tags.ts";
