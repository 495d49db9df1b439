import { scriptRule } from "../../packages/define.ts";
import { givenVariables } from "../../packages/environment.ts";
import { isOn } from "../../packages/leftovers.ts";
import { npmCalls } from "../../packages/npm.ts";
import { optionValues } from "../../packages/options.ts";
import { placeOf } from "../../packages/scripts.ts";

const ADVICE = "Give the registry's authority by cafile or NODE_EXTRA_CA_CERTS instead.";

export const npmStrictSsl = scriptRule({
  id: "dockerfile/npm-strict-ssl",
  aliases: ["checkov:CKV2_DOCKER_12", "checkov:CKV2_DOCKER_13"],
  severity: "error",
  summary: "The certificate of the registry is checked by npm and yarn.",
  why: "With strict-ssl off anyone on the way can answer for the registry, and installs run scripts of what they fetch.",
  source: "https://docs.npmjs.com/cli/v11/using-npm/config#strict-ssl",
  examples: [
    {
      bad: "FROM node:24-slim\nRUN npm config set strict-ssl false\n",
      good: "FROM node:24-slim\nRUN npm config set cafile /etc/ssl/acme.pem\n",
    },
    { bad: "FROM node:24-slim\nENV NPM_CONFIG_STRICT_SSL=false\n", good: "FROM node:24-slim\nENV NODE_EXTRA_CA_CERTS=/etc/ssl/acme.pem\n" },
  ],
  *check(subject) {
    for (const call of npmCalls(subject)) {
      const words = call.operands.map(({ text }) => text);
      const pair = call.verb === "set" ? words : /^(?:config|c)$/.test(call.verb) && words[0] === "set" ? words.slice(1) : [];
      const isSet =
        /^(?:strict-ssl=false|strict-ssl=0)$/.test(pair[0] ?? "") ||
        (pair[0] === "strict-ssl" && /^(?:false|0)$/.test(pair[1] ?? "")) ||
        (pair[0] === "enableStrictSsl" && pair[1] === "false");
      const isGiven =
        call.line.options.some(({ name }) => name === "no-strict-ssl") || optionValues(call.line, "strict-ssl").includes("false");
      if (isSet || isGiven)
        yield { at: placeOf(call), message: `${call.tool} takes any certificate`, advice: ADVICE, peers: ["checkov:CKV2_DOCKER_13"] };
    }
    for (const { name, value, at } of givenVariables(subject))
      if (/^(?:npm|yarn)_config_strict_ssl$/i.test(name) && isOn(value) === false)
        yield { at, message: `${name}=${value}: npm takes any certificate`, advice: ADVICE, peers: ["checkov:CKV2_DOCKER_12"] };
  },
});
