import { below, mountsOf, type WrittenMount } from "../../compose/mounts.ts";
import { composeRule } from "../../rule.ts";

/** Who writes here, or below, is root on the host. */
const ROOT_BELOW =
  "/etc /root /boot /proc /var/lib/docker /var/lib/containerd /bin /sbin /lib/modules /usr/lib/modules /usr/bin /usr/sbin /usr/local/bin /usr/local/sbin".split(
    " ",
  );
/** Folders that are so only as a whole: `/var/lib/mysql` is an application's own. */
const ROOT_EXACT = ["/var/lib", "/usr", "/usr/lib", "/lib", "/lib64"];
/** Where reading tells nothing that is secret. */
const PUBLIC = /^\/(?:usr|bin|sbin|lib|lib64)(?:\/|$)/;
/** Host folders that tell of the host, its devices or its users. */
const TELLING = ["/etc", "/proc", "/sys", "/boot", "/root", "/dev", "/home", "/var/lib/docker", "/var/lib/containerd", "/var/lib/kubelet"];
const CLOCK = new Set(["/etc/localtime", "/etc/timezone"]);
const HARMLESS = new Set([...CLOCK, "/dev/null"]);

const CL_WRITABLE = ["composelint:CL-0025", "kics:volume_has_sensitive_host_directory", "dockerbench:5.6"];
const CL_READABLE = ["composelint:CL-0013", "kics:volume_has_sensitive_host_directory", "dockerbench:5.6"];

const isRoot = (path: string): boolean => below(path, ROOT_BELOW) !== undefined || ROOT_EXACT.includes(path);

const grade = ({ hostPath, readOnly }: WrittenMount): "root" | "telling" | undefined => {
  if (hostPath === undefined || (readOnly && HARMLESS.has(hostPath))) return undefined;
  if (!readOnly && isRoot(hostPath) && !CLOCK.has(hostPath)) return "root";
  if (below(hostPath, TELLING) !== undefined || (isRoot(hostPath) && !PUBLIC.test(hostPath))) return "telling";
  return undefined;
};

export const hostPaths = composeRule({
  id: "compose/host-paths",
  aliases: ["composelint:CL-0013", ...CL_WRITABLE],
  item: "no-host-access",
  severity: "error",
  confidence: "certain",
  summary: "No service mounts a system folder of the host.",
  why: "Writing to /etc, /root or the executables is being root on the host at the next login or cron job. Reading them gives away passwords, keys and the other containers' data.",
  source: "https://docs.docker.com/engine/storage/bind-mounts/#considerations-and-constraints",
  examples: [
    {
      bad: "services: {web: {image: 'shop/web:1.2.3', volumes: ['/etc:/host/etc']}}",
      good: "services: {web: {image: 'shop/web:1.2.3', volumes: ['/etc/localtime:/etc/localtime:ro']}}",
    },
    {
      bad: "services: {web: {image: 'shop/web:1.2.3', volumes: [{type: bind, source: /home, target: /home, read_only: true}]}}",
      good: "services: {web: {image: 'shop/web:1.2.3', volumes: ['./conf:/conf:ro', '/srv/shop:/data']}}",
    },
  ],
  applies: () => true,
  proves: ({ service }) => `${service.name} mounts no system folder of the host`,
  *check({ service, node, project }) {
    for (const mount of mountsOf(node, project.written)) {
      const graded = grade(mount);
      if (graded === undefined) continue;
      const root = graded === "root";
      yield {
        at: mount.node,
        severity: root ? "error" : "warning",
        message: root
          ? `${service.name} can write to ${mount.hostPath} of the host: who can is root there`
          : `${service.name} mounts ${mount.hostPath} of the host${mount.readOnly ? "" : ", writable"}`,
        advice: "Mount only the one file or folder it needs, read-only; or use a config, a secret or a named volume.",
        peers: root ? CL_WRITABLE : CL_READABLE,
      };
    }
  },
});
