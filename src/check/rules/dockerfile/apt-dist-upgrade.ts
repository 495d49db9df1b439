import { scriptRule } from "../../packages/define.ts";
import { APT, callsOf } from "../../packages/managers.ts";
import { placeOf } from "../../packages/scripts.ts";

export const aptDistUpgrade = scriptRule({
  id: "dockerfile/apt-dist-upgrade",
  aliases: ["trivy:DS-0024", "dockle:DKL-DI-0003"],
  severity: "warning",
  summary: "An image is not lifted to another release of its distribution.",
  why: "A dist-upgrade may remove packages and replace whole parts of the system: what is then in the image no one has chosen, and the old files stay in the layers below.",
  source: "https://docs.docker.com/build/building/best-practices/#apt-get",
  examples: [
    {
      bad: "FROM debian:12\nRUN apt-get update && apt-get -y dist-upgrade\n",
      good: "FROM debian:12\nRUN apt-get update && apt-get -y upgrade\n",
    },
  ],
  *check(subject) {
    for (const call of callsOf(subject, APT))
      if (call.verb === "dist-upgrade" || call.verb === "full-upgrade")
        yield {
          at: placeOf(call),
          message: `${call.verb} in an image`,
          advice: "Take a newer base image; for security updates alone, upgrade is enough.",
        };
  },
});
