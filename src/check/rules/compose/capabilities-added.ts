import { items, text } from "../../../source/yaml/index.ts";
import { composeRule, NOTHING } from "../../rule.ts";

/** What a service may reasonably need back; the rest of the engine's default set is rarely needed. */
const HARMLESS = new Set(["NET_BIND_SERVICE", "CHOWN", "SETUID", "SETGID", "DAC_OVERRIDE", "FOWNER", "KILL"]);

const REACH: readonly (readonly [peer: string, words: string, names: readonly string[]])[] = [
  ["composelint:CL-0024", "is root on the host", ["ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_RAWIO"]],
  ["composelint:CL-0011", "reaches the host's network or kernel", ["NET_ADMIN", "BPF", "SYS_BOOT", "MAC_ADMIN", "MAC_OVERRIDE"]],
  ["composelint:CL-0028", "reaches the whole host", ["PERFMON", "SYS_TIME"]],
  ["composelint:CL-0029", "can take the host's CPU, memory or files from others", ["SYS_NICE", "IPC_LOCK", "LEASE"]],
  ["composelint:CL-0030", "reads the kernel's log", ["SYSLOG"]],
  ["composelint:CL-0027", "reads other processes' memory or files", ["SYS_PTRACE", "DAC_READ_SEARCH"]],
];

const COMMON = ["kics:container_capabilities_unrestricted", "dockerbench:5.4"];

export const capabilitiesAdded = composeRule({
  id: "compose/capabilities-added",
  aliases: [...REACH.map(([peer]) => peer), ...COMMON],
  item: "least-capabilities",
  severity: "error",
  confidence: "certain",
  summary: "A service is given no capability that reaches beyond its container.",
  why: "Capabilities are root's powers in pieces. Some, such as SYS_ADMIN, are a way out of the container by themselves; others stop the host's clock, starve its CPU or read its kernel's log.",
  source: "https://docs.docker.com/engine/security/#linux-kernel-capabilities",
  examples: [
    {
      bad: "services: {web: {image: 'shop/web:1.2.3', cap_drop: [ALL], cap_add: [SYS_ADMIN]}}",
      good: "services: {web: {image: 'shop/web:1.2.3', cap_drop: [ALL], cap_add: [NET_BIND_SERVICE]}}",
    },
    {
      bad: "services: {web: {image: 'shop/web:1.2.3', cap_drop: [ALL], cap_add: [cap_sys_nice]}}",
      good: "services: {web: {image: 'shop/web:1.2.3', cap_drop: [ALL], cap_add: [CHOWN]}}",
    },
  ],
  applies: ({ service }) => (service.spec.privileged ? `${service.name} is privileged, which overrides its capabilities` : true),
  proves: () => NOTHING,
  *check({ service, node }) {
    for (const item of items(node, "cap_add")) {
      const written = text(item)?.trim().toUpperCase() ?? "";
      const bare = written.replace(/^CAP_/, "");
      if (written === "" || HARMLESS.has(bare)) continue;
      // The engine knows no CAP_ALL and refuses it.
      const known = written === "CAP_ALL" ? undefined : REACH.find(([, , names]) => names.includes(bare));
      yield {
        at: item,
        severity: known === undefined || bare === "SYS_PTRACE" || bare === "DAC_READ_SEARCH" ? "warning" : "error",
        message: `${service.name} is given ${written}${known === undefined ? ", which few services need" : `: who has it ${known[1]}`}`,
        advice: `Remove ${written} from cap_add, or do what needs it outside this container.`,
        peers: [...(known === undefined ? [] : [known[0]]), ...COMMON],
      };
    }
  },
});
