import { labelFormRule } from "../../dockerfile/labels.ts";

const FORM = /^v?(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/;
const isRight = (value: string): boolean => FORM.test(value);

export const labelVersion = labelFormRule({
  id: "dockerfile/label-version",
  aliases: ["hadolint:DL3056"],
  form: "semver",
  called: "a semantic version",
  isRight,
  good: "1.4.2",
  summary: "A label that holds a semantic version holds a whole one.",
  why: "Tools that compare versions cannot order it, and take the image for older or newer than it is.",
  source: "https://semver.org/",
});
