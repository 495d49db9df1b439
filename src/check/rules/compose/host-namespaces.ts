import { spot, text } from "../../../source/yaml/index.ts";
import { composeRule, NOTHING } from "../../rule.ts";

/** What each of the host's namespaces gives away, and who else says so. */
const NAMESPACES = {
  pid: [
    "the host's processes, with their environment and memory",
    ["composelint:CL-0010", "kics:host_namespace_is_shared", "dockerbench:5.16"],
  ],
  ipc: ["the host's shared memory", ["composelint:CL-0010", "kics:shared_host_ipc_namespace", "dockerbench:5.17"]],
  uts: ["the host's name", ["dockerbench:5.21"]],
  userns_mode: ["the host's user ids: root in it is root on the host", ["kics:shared_host_user_namespace", "dockerbench:5.31"]],
  cgroup: ["the host's control groups", []],
} as const;

export const hostNamespaces = composeRule({
  id: "compose/host-namespaces",
  aliases: [...new Set(Object.values(NAMESPACES).flatMap(([, peers]) => peers))],
  item: "no-host-access",
  severity: "error",
  confidence: "certain",
  summary: "No service shares a namespace of the host.",
  why: "Namespaces are what makes a container one. Through the host's process namespace the secrets of all other services can be read; through its IPC namespace their shared memory.",
  source: "https://docs.docker.com/engine/containers/run/#pid-settings---pid",
  examples: [
    { bad: "services: {web: {image: 'shop/web:1.2.3', pid: host}}", good: "services: {web: {image: 'shop/web:1.2.3'}}" },
    { bad: "services: {web: {image: 'shop/web:1.2.3', ipc: host}}", good: "services: {web: {image: 'shop/web:1.2.3', ipc: private}}" },
  ],
  applies: () => true,
  proves: () => NOTHING,
  *check({ service, node }) {
    for (const [key, [what, peers]] of Object.entries(NAMESPACES))
      if (text(node, key)?.trim() === "host")
        yield { at: spot(node, key), message: `${service.name} shares ${what} (${key}: host)`, advice: `Remove ${key}: host.`, peers };
  },
});
