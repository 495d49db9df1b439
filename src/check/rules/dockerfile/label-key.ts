import { fileRule } from "../../dockerfile/define.ts";
import { labelsOf } from "../../dockerfile/labels.ts";

const FORM = /^[a-z](?:[a-z0-9]|[.-](?=[a-z0-9]))*$/;
const RESERVED = /^(?:com\.docker|io\.docker|org\.dockerproject)\./;

export const labelKey = fileRule({
  id: "dockerfile/label-key",
  aliases: ["hadolint:DL3048"],
  severity: "info",
  summary: "A label's key is in lower case, digits, single dots and hyphens, outside Docker's own names.",
  why: "Tools that select images by label know only such keys; those under com.docker mean something to Docker itself.",
  source: "https://docs.docker.com/engine/manage-resources/labels/#key-format-recommendations",
  examples: [
    { bad: 'FROM node:24\nLABEL Version_="1"\n', good: 'FROM node:24\nLABEL org.example.app-version="1"\n' },
    { bad: 'FROM node:24\nLABEL com.docker.owner="me"\n', good: 'FROM node:24\nLABEL maintainer="me"\n' },
  ],
  *check(subject) {
    for (const { name, range } of labelsOf(subject))
      if (RESERVED.test(name))
        yield { at: range, message: `the label ${name} lies among Docker's own`, advice: "Begin it with a domain of your own, backwards." };
      else if (!FORM.test(name))
        yield {
          at: range,
          message: `the label ${name} is not of the usual form`,
          advice: "Use lower case, digits, single dots and hyphens; begin with a letter, end with a letter or digit.",
        };
  },
});
