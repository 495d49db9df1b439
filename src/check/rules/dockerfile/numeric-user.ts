import { knownText } from "../../../source/dockerfile/index.ts";
import { fileRule } from "../../dockerfile/define.ts";

export const numericUser = fileRule({
  id: "dockerfile/numeric-user",
  aliases: ["hadolint:DL3066"],
  item: "non-root",
  severity: "info",
  summary: "The final USER is a number.",
  why: "Kubernetes' runAsNonRoot refuses an image whose user is a name, because only the image's own list could tell that it is not root; files on volumes are owned by numbers too.",
  source: "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
  examples: [
    { bad: "FROM node:24\nUSER node\n", good: "ARG UID=1000\nFROM node:24\nARG UID\nUSER ${UID}:node\n" },
    { bad: "FROM node:24\nUSER node:1000\n", good: "FROM node:24\nUSER root\n" },
  ],
  *check({ target }) {
    const user = target?.config.user;
    const text = knownText(user?.value ?? []);
    const [name = ""] = (text ?? "").split(":", 1);
    // Of root, root-user has more to say.
    if (name.trim() === "root") return;
    if (user?.by !== undefined && name.trim() !== "" && !/^\d+$/.test(name.trim()))
      yield { at: user.by.range, message: `the user ${name} is a name`, advice: "Write its number: USER 10001:10001." };
  },
});
