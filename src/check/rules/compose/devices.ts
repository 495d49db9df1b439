import { posix } from "node:path";
import { items } from "../../../source/yaml/index.ts";
import { sure } from "../../compose/text.ts";
import { composeRule } from "../../rule.ts";

/** Disks, what makes disks of files, and the kernel's log: reach beyond the container with the capabilities that every container has. */
const RAW = /^\/dev\/(?:sd[a-z]|nvme|vd[a-z]|xvd[a-z]|mmcblk|md\d|md\/|disk\/|loop|dm-|mapper\/|zfs$|rbd|kmsg$)/;

const OPEN = ["dockerbench:5.18"];

export const devices = composeRule({
  id: "compose/devices",
  aliases: ["composelint:CL-0016", ...OPEN],
  item: "no-host-access",
  severity: "error",
  confidence: "certain",
  summary: "No service is given a device of the host.",
  why: "Through a disk device the container reads and writes the host's file system below all permissions. Other devices are reasons to think: each is a driver of the kernel opened to the container.",
  source: "https://docs.docker.com/reference/cli/docker/container/run/#device",
  examples: [
    {
      bad: "services: {web: {image: 'shop/web:1.2.3', devices: ['/dev/sda:/dev/sda']}}",
      good: "services: {web: {image: 'shop/web:1.2.3', volumes: ['./conf:/conf:ro']}}",
    },
  ],
  applies: () => true,
  proves: ({ service }) => `${service.name} has no device of the host`,
  *check({ service, node }) {
    for (const device of items(node, "devices")) {
      const written = sure(device) ?? sure(device, "source");
      if (written === undefined) continue;
      const host = posix.normalize(written.split(":", 1)[0]?.replace(/^\/+/, "/") ?? "");
      const raw = RAW.test(host);
      yield {
        at: device,
        severity: raw ? "error" : "warning",
        message: raw
          ? `${service.name} is given ${host}: it reaches the host below all permissions`
          : `${service.name} is given the host's device ${host}`,
        advice: "Remove it, or ignore this with the reason why the service needs the hardware.",
        ...(raw ? {} : { peers: OPEN }),
      };
    }
  },
});
