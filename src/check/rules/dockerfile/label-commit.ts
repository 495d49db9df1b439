import { labelFormRule } from "../../dockerfile/labels.ts";

const isRight = (value: string): boolean => /^(?:[0-9a-f]{7,40}|[0-9a-f]{64})$/.test(value);

export const labelCommit = labelFormRule({
  id: "dockerfile/label-commit",
  aliases: ["hadolint:DL3055"],
  form: "hash",
  called: "a commit hash",
  isRight,
  good: "9f86d08",
  summary: "A label that holds a commit holds its hash.",
  why: "It is how one gets from a running container to the sources that it was built from: a branch or a version moves on.",
  source: "https://github.com/opencontainers/image-spec/blob/main/annotations.md",
});
