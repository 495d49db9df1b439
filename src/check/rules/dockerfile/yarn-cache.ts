import { scriptRule } from "../../packages/define.ts";
import { isMounted, laterThan, removes } from "../../packages/leftovers.ts";
import { npmCalls } from "../../packages/npm.ts";
import { optionValues } from "../../packages/options.ts";
import { isShipped, lastOfEach, placeOf } from "../../packages/scripts.ts";

const INSTALLS = new Set(["install", "add", "global"]);
const FOLDERS = ["/root/.cache/yarn", ".cache/yarn", "/usr/local/share/.cache", ".yarn/cache", ".yarn/berry/cache"];

export const yarnCache = scriptRule({
  id: "dockerfile/yarn-cache",
  aliases: ["hadolint:DL3060", "kics:run_yarn_clean_after_yarn_install"],
  item: "small-image",
  severity: "info",
  summary: "No cache of yarn is left in the image.",
  why: "What one instruction leaves behind stays in its layer for good, even when a later one deletes it: tens of megabytes that every pull carries and every scan reads.",
  source: "https://classic.yarnpkg.com/lang/en/docs/cli/cache/",
  examples: [
    {
      bad: "FROM node:24-slim\nRUN yarn install --frozen-lockfile\n",
      good: "FROM node:24-slim\nRUN yarn install --frozen-lockfile && yarn cache clean\n",
    },
    { bad: "FROM node:24-slim\nRUN yarn\n", good: "FROM node:24-slim\nRUN --mount=type=cache,target=/root/.cache/yarn yarn install\n" },
  ],
  *check(subject) {
    const calls = npmCalls(subject).filter(({ tool, verb }) => tool === "yarn" && (INSTALLS.has(verb) || verb === "cache"));
    for (const call of lastOfEach(calls)) {
      if (!INSTALLS.has(call.verb) || !isShipped(subject, call.script) || isMounted(call.script, ...FOLDERS)) continue;
      if (optionValues(call.line, "cache-folder").some((folder) => isMounted(call.script, folder))) continue;
      if (!laterThan(call).some(({ command }) => removes(command, ...FOLDERS)))
        yield {
          at: placeOf(call),
          message: "yarn keeps what it fetched in the layer",
          advice: "End the same RUN with yarn cache clean, or mount a cache on /root/.cache/yarn.",
        };
    }
  },
});
