import { knownText } from "../../../source/dockerfile/index.ts";
import { NOTHING } from "../../rule.ts";
import { fileRule } from "../../dockerfile/define.ts";

/** `root`, `0`, with or without a group. */
const isRoot = (user: string): boolean => /^(?:root|0+)(?::.*)?$/.test(user.trim());

const PEERS = [
  "hadolint:DL3002",
  "trivy:DS-0002",
  "checkov:CKV_DOCKER_8",
  "dockle:CIS-DI-0001",
  "kics:last_user_is_root",
  "dockerbench:4.1",
];

export const rootUser = fileRule({
  id: "dockerfile/root-user",
  aliases: [...PEERS, "hadolint:DL3066"],
  item: "non-root",
  severity: "warning",
  summary: "The last user of the final stage is not root.",
  why: "A process that is broken into as root owns the container, can write every file of the image, and is one kernel flaw away from root on the host.",
  source: "https://docs.docker.com/build/building/best-practices/#user",
  examples: [
    { bad: "FROM node:24\nUSER root\n", good: "FROM node:24\nUSER root\nRUN apt-get update\nUSER 1000\n" },
    {
      bad: 'FROM node:24 AS base\nUSER 0:0\nFROM base\nCMD ["node"]\n',
      good: "FROM node:24 AS build\nUSER root\nFROM node:24\nUSER node\n",
    },
  ],
  applies: ({ target }) => target?.config.user !== undefined || "no USER is set on the way to the final stage",
  proves: ({ target }) => {
    const user = knownText(target?.config.user?.value ?? []);
    // That a name is not root's only the image's own list of users can tell.
    return user !== undefined && /^\d+(?::\d+)?$/.test(user) ? `the image's processes start as user ${user}` : NOTHING;
  },
  *check({ target }) {
    const user = target?.config.user;
    const name = knownText(user?.value ?? []);
    const base = target?.chain[0]?.base;
    if (user !== undefined && name !== undefined && isRoot(name))
      yield {
        ...(user.by === undefined ? {} : { at: user.by.range }),
        message: `the image runs as ${name}${user.by !== undefined && user.by.stage !== target?.stage ? `, set by the stage of line ${user.by.stage.range.start.line}` : user.by === undefined && base?.kind === "image" ? `, as its base ${base.image} says` : ""}`,
        // Written as a word it is a name too.
        ...(/^\d/.test(name.trim()) ? { peers: PEERS } : {}),
        advice: "End the final stage with a USER of a high number, 10001 say, that owns only what the application must write.",
      };
  },
});
