import { scriptRule } from "../../packages/define.ts";
import { npmCalls } from "../../packages/npm.ts";
import { isPath, unpinned } from "../../packages/pinned.ts";

const NPM = new Set(["install", "i", "add", "in", "ins", "inst", "isntall"]);
const MOVES = /@(?:latest|next|canary|beta|alpha)$/;

/** A version, a file or folder, a commit or tag of a repository. */
const isPinned = (name: string): boolean => {
  if (/^(?:git(?:\+\w+)?:|git@|(?:github|gitlab|bitbucket):)/.test(name)) return name.includes("#");
  if (isPath(name) || /\.(?:tgz|tar|tar\.gz)$/.test(name)) return true;
  return name.slice(1).includes("@") ? !MOVES.test(name) : /^[\w.-]+\/[\w.-]+#/.test(name);
};

export const npmPinned = scriptRule({
  id: "dockerfile/npm-pinned",
  aliases: ["hadolint:DL3016", "kics:npm_install_without_pinned_version"],
  severity: "warning",
  summary: "Packages of npm that are installed by name have a version.",
  why: "Two builds of one commit give two different images: the fault that only the new one has cannot be traced, and a rollback by rebuilding is none.",
  source: "https://docs.npmjs.com/cli/v11/commands/npm-install",
  examples: [
    { bad: "FROM node:24-slim\nRUN npm install -g pm2\n", good: "FROM node:24-slim\nRUN npm install -g pm2@6.0.8\n" },
    { bad: "FROM node:24-slim\nRUN npm install git+https://github.com/acme/tool.git\n", good: "FROM node:24-slim\nRUN npm ci\n" },
  ],
  *check(subject) {
    for (const call of npmCalls(subject)) {
      const isInstall = call.tool === "npm" ? NPM.has(call.verb) : call.verb === "add" || call.verb === "global";
      const packages = call.verb === "global" ? (call.operands[0]?.text === "add" ? call.operands.slice(1) : []) : call.operands;
      if (isInstall)
        yield* unpinned(
          call,
          packages,
          isPinned,
          (name) =>
            `Name the version: ${name.replace(/(.)@.*$/, "$1")}@1.2.3; the application's own dependencies come from the lock file with npm ci.`,
        );
    }
  },
});
