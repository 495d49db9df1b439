import { userOf } from "../../image/effective-image.ts";
import { imageRule } from "../../rule.ts";

/** `root`, `0`, `0:0`, `root:root`; leading zeros are zeros. */
const isRoot = (user: string): boolean => /^(?:root|0+)?$/.test(user.split(":")[0] ?? "");

export const nonRoot = imageRule({
  id: "image/non-root",
  aliases: ["hadolint:DL3002", "dockle:CIS-DI-0001", "trivy:DS-0002", "composelint:CL-0018", "dockerbench:4.1"],
  item: "non-root",
  severity: "error",
  confidence: "certain",
  summary: "The program does not run as root.",
  why: "Root in a container is the same user as root on the host; only namespaces and filters stand between. One hole in either, or one careless mount, and there is nothing left.",
  source: "https://docs.docker.com/build/building/best-practices/#user",
  examples: [
    { bad: { config: {} }, good: { config: { user: "10001" } } },
    { bad: { config: { user: "0:0" } }, good: { config: { user: "node" } } },
    { bad: { config: { user: "10001" }, service: "user: root" }, good: { config: {}, service: "user: '10001:10001'" } },
  ],
  applies: () => true,
  proves: (subject) => `${subject.name} starts as user ${userOf(subject)}`,
  *check(subject) {
    const { name, service } = subject;
    const user = userOf(subject);
    if (!isRoot(user)) return;
    const overridden = service?.spec.user !== undefined;
    yield {
      at: ["user"],
      message: overridden
        ? `${name} is told to run as root (user: "${user}")`
        : `${name} runs as root: ${service === undefined ? "it" : "its image"} ${user === "" ? "names no user" : `names user "${user}"`}`,
      advice: overridden
        ? "Remove user, or name the image's own."
        : 'End the Dockerfile with USER and a numeric id above 0, e.g. USER 10001:10001, or set user: "10001:10001".',
    };
  },
});
