import { scriptRule } from "../../packages/define.ts";
import { fetches } from "../../packages/fetch.ts";
import { placeOf } from "../../packages/scripts.ts";

const CURL = new Set(["k", "insecure", "proxy-insecure", "doh-insecure"]);

export const fetchTlsCheck = scriptRule({
  id: "dockerfile/fetch-tls-check",
  aliases: ["checkov:CKV2_DOCKER_2", "checkov:CKV2_DOCKER_3"],
  severity: "error",
  summary: "The certificates of what curl and wget fetch from are checked.",
  why: "Without the check anyone on the way can answer, and what they send runs in the build and goes into the image.",
  source: "https://curl.se/docs/sslcerts.html",
  examples: [
    {
      bad: "FROM debian:12\nRUN curl -fsSLk https://example.com/tool -o /usr/bin/tool\n",
      good: "FROM debian:12\nRUN curl -fsSL --cacert acme.pem https://example.com/tool -o /usr/bin/tool\n",
    },
    {
      bad: "FROM debian:12\nRUN wget -q --no-check-certificate https://example.com/tool\n",
      good: "FROM debian:12\nRUN wget -q https://example.com/tool\n",
    },
  ],
  *check(subject) {
    for (const found of fetches(subject)) {
      const isOff = found.line.options.some(({ name }) => (found.tool === "curl" ? CURL.has(name) : name === "no-check-certificate"));
      if (isOff)
        yield {
          at: placeOf(found),
          message: `${found.tool} takes any certificate`,
          advice: "Install ca-certificates, or give the authority by --cacert or --ca-certificate.",
          peers: [found.tool === "curl" ? "checkov:CKV2_DOCKER_2" : "checkov:CKV2_DOCKER_3"],
        };
    }
  },
});
