import { imageOf, registryOf } from "../../kubernetes/images.ts";
import { baseImages, copiedImages } from "../../dockerfile/bases.ts";
import { fileRule } from "../../dockerfile/define.ts";

/** `ghcr.io`, `ghcr.io/acme`, `*.example.com`, `*`. */
const admits = (pattern: string, registry: string, repository: string): boolean => {
  if (pattern.includes("*")) {
    const [head = "", tail = ""] = pattern.split("*", 2);
    return registry.length >= head.length + tail.length && registry.startsWith(head) && registry.endsWith(tail);
  }
  const full = repository.startsWith(`${registry}/`) ? repository : `${registry}/${repository}`;
  return full.startsWith(`${pattern.replace(/\/$/, "")}/`);
};

export const trustedRegistry = fileRule({
  id: "dockerfile/trusted-registry",
  aliases: ["hadolint:DL3026", "kics:use_only_an_allowed_registry_in_the_from_image", "dockerbench:4.2"],
  item: "pinned-base",
  severity: "error",
  summary: "Images come from the registries that are trusted.",
  why: "What a base image holds runs with everything the application may do. One from elsewhere was looked at and signed by nobody here.",
  source: "https://docs.docker.com/build/building/best-practices/#choose-the-right-base-image",
  examples: [
    {
      bad: { text: "FROM ghcr.io/someone/node:24\n", settings: { trustedRegistries: ["registry.example"] } },
      good: { text: "FROM registry.example/node:24\n", settings: { trustedRegistries: ["registry.example"] } },
    },
  ],
  applies: ({ settings }) => (settings.trustedRegistries === undefined ? "no registries are named as the trusted ones" : true),
  *check(subject) {
    const trusted = subject.settings.trustedRegistries ?? [];
    for (const { name, word } of [...baseImages(subject), ...copiedImages(subject)]) {
      const image = imageOf(name);
      const registry = registryOf(image);
      if (!trusted.some((pattern) => admits(pattern, registry, image.repository)))
        yield {
          at: word.range,
          message: `${name} comes from ${registry}, which is not trusted here`,
          advice: `Push it to one of ${trusted.join(", ")} and name it from there.`,
        };
    }
  },
});
