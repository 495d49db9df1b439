import { labelFormRule } from "../../dockerfile/labels.ts";

const FORM = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/i;
const isRight = (value: string): boolean => FORM.test(value) && !Number.isNaN(Date.parse(value.replace(/(\.\d{3})\d+/, "$1")));

export const labelTime = labelFormRule({
  id: "dockerfile/label-time",
  aliases: ["hadolint:DL3053"],
  form: "rfc3339",
  called: "a time by RFC 3339",
  isRight,
  good: "2026-11-21T09:00:00Z",
  summary: "A label that holds a time holds it by RFC 3339.",
  why: "Tools that sort images by age, and policies that refuse old ones, read no other form and pass over the image.",
  source: "https://www.rfc-editor.org/rfc/rfc3339",
});
