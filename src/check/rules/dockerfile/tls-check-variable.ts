import { scriptRule } from "../../packages/define.ts";
import { givenVariables } from "../../packages/environment.ts";

const VARIABLES: ReadonlyMap<string, { readonly peer: string; readonly instead: string; readonly isOff: (value: string) => boolean }> =
  new Map([
    ["PYTHONHTTPSVERIFY", { peer: "checkov:CKV2_DOCKER_5", instead: "SSL_CERT_FILE", isOff: (value: string) => value === "0" }],
    [
      "NODE_TLS_REJECT_UNAUTHORIZED",
      { peer: "checkov:CKV2_DOCKER_6", instead: "NODE_EXTRA_CA_CERTS", isOff: (value: string) => value === "0" },
    ],
    // Git looks only at whether it is there.
    ["GIT_SSL_NO_VERIFY", { peer: "checkov:CKV2_DOCKER_14", instead: "GIT_SSL_CAINFO", isOff: () => true }],
  ]);

export const tlsCheckVariable = scriptRule({
  id: "dockerfile/tls-check-variable",
  aliases: ["checkov:CKV2_DOCKER_5", "checkov:CKV2_DOCKER_6", "checkov:CKV2_DOCKER_14"],
  severity: "error",
  summary: "No variable turns off the checking of certificates.",
  why: "Set by ENV it holds for the application in production too: every connection that it makes then trusts whoever answers.",
  source: "https://nodejs.org/api/cli.html#node_tls_reject_unauthorizedvalue",
  examples: [
    {
      bad: "FROM node:24-slim\nENV NODE_TLS_REJECT_UNAUTHORIZED=0\n",
      good: "FROM node:24-slim\nENV NODE_EXTRA_CA_CERTS=/etc/ssl/acme.pem\n",
    },
    {
      bad: "FROM debian:12\nRUN GIT_SSL_NO_VERIFY=1 git clone https://example.com/a.git\n",
      good: "FROM debian:12\nRUN GIT_SSL_CAINFO=/etc/ssl/acme.pem git clone https://example.com/a.git\n",
    },
  ],
  *check(subject) {
    for (const { name, value, by, at } of givenVariables(subject)) {
      const known = VARIABLES.get(name);
      if (known?.isOff(value) === true)
        yield {
          at,
          message: `${name} turns off the checking of certificates${by === "ENV" ? ", in production too" : ""}`,
          advice: `Give the authority by ${known.instead} instead.`,
          peers: [known.peer],
        };
    }
  },
});
