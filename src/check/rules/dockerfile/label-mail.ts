import { labelFormRule } from "../../dockerfile/labels.ts";

const isRight = (value: string): boolean => /^[^\s@<>]+@[^\s@<>]+\.[^\s@<>.]+$/.test(value);

export const labelMail = labelFormRule({
  id: "dockerfile/label-mail",
  aliases: ["hadolint:DL3058"],
  form: "email",
  called: "a mail address",
  isRight,
  good: "ops@example.org",
  summary: "A label that holds a mail address holds one that can be written to.",
  why: "It is read when something is wrong with the image: a name alone reaches nobody.",
  source: "https://www.rfc-editor.org/rfc/rfc5322",
});
