import { scriptRule } from "../../packages/define.ts";
import { APK, callsOf } from "../../packages/managers.ts";
import { placeOf } from "../../packages/scripts.ts";

export const apkUntrusted = scriptRule({
  id: "dockerfile/apk-untrusted",
  aliases: ["checkov:CKV2_DOCKER_7"],
  severity: "error",
  summary: "The signatures of what apk adds are checked.",
  why: "Whoever answers for the repository, or stands between, chooses what is installed in the image, as root.",
  source: "https://wiki.alpinelinux.org/wiki/Alpine_Package_Keeper",
  examples: [
    {
      bad: "FROM alpine:3.22\nRUN apk add --no-cache --allow-untrusted tool.apk\n",
      good: "FROM alpine:3.22\nCOPY acme.rsa.pub /etc/apk/keys/\nRUN apk add --no-cache tool.apk\n",
    },
  ],
  *check(subject) {
    for (const call of callsOf(subject, APK))
      if (call.line.options.some(({ name }) => name === "allow-untrusted"))
        yield {
          at: placeOf(call),
          message: "packages are added whoever signed them",
          advice: "Copy the signer's public key to /etc/apk/keys and remove --allow-untrusted.",
        };
  },
});
