import { labelFormRule } from "../../dockerfile/labels.ts";

const isRight = (value: string): boolean => URL.canParse(value) && /^[a-z][a-z0-9+.-]*:\/\/[^/]/i.test(value);

export const labelUrl = labelFormRule({
  id: "dockerfile/label-url",
  aliases: ["hadolint:DL3052"],
  form: "url",
  called: "a URL",
  isRight,
  good: "https://example.org/shop",
  summary: "A label that holds a URL holds a whole one.",
  why: "Registries and scanners turn it into a link: a path or a bare name leads nowhere.",
  source: "https://github.com/opencontainers/image-spec/blob/main/annotations.md",
});
