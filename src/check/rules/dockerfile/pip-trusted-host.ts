import { scriptRule } from "../../packages/define.ts";
import { givenVariables } from "../../packages/environment.ts";
import { pipCalls } from "../../packages/pip.ts";
import { placeOf } from "../../packages/scripts.ts";

const ADVICE = "Give the host's authority by --cert or PIP_CERT instead.";

export const pipTrustedHost = scriptRule({
  id: "dockerfile/pip-trusted-host",
  aliases: ["checkov:CKV2_DOCKER_4", "checkov:CKV2_DOCKER_16"],
  severity: "error",
  summary: "The certificates of the hosts that pip installs from are checked.",
  why: "For a trusted host pip takes any certificate, and plain http as well: whoever stands between chooses the code that is installed.",
  source: "https://pip.pypa.io/en/stable/cli/pip/#cmdoption-trusted-host",
  examples: [
    {
      bad: "FROM python:3.13-slim\nRUN pip install --trusted-host pypi.example.com flask==3.1.0\n",
      good: "FROM python:3.13-slim\nRUN pip install --cert /etc/ssl/acme.pem flask==3.1.0\n",
    },
    {
      bad: "FROM python:3.13-slim\nENV PIP_TRUSTED_HOST=pypi.example.com\n",
      good: "FROM python:3.13-slim\nENV PIP_CERT=/etc/ssl/acme.pem\n",
    },
  ],
  *check(subject) {
    for (const call of pipCalls(subject)) {
      const isConfigured =
        call.verb === "config" && call.operands.some(({ text }) => /(?:^|\.)trusted-host$/.test(text)) && call.operands[0]?.text === "set";
      if (isConfigured || call.line.options.some(({ name }) => name === "trusted-host" || name === "allow-insecure-host"))
        yield { at: placeOf(call), message: "pip takes any certificate of this host", advice: ADVICE, peers: ["checkov:CKV2_DOCKER_4"] };
    }
    for (const { name, value, at } of givenVariables(subject))
      if (name === "PIP_TRUSTED_HOST" && value !== "")
        yield {
          at,
          message: "PIP_TRUSTED_HOST: pip takes any certificate of this host",
          advice: ADVICE,
          peers: ["checkov:CKV2_DOCKER_16"],
        };
  },
});
