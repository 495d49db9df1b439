import type { Mount } from "../../../project/index.ts";
import { composeRule } from "../../rule.ts";

const SOCKETS = /(?:^|\/)(?:docker|containerd|podman|crio|dockershim|buildkitd)\.sock$/;
const SENSITIVE =
  /^\/(?:$|bin|boot|dev|etc|lib|lib64|proc|root|run|sbin|sys|usr|var\/run|var\/lib\/docker|var\/lib\/containerd|var\/lib\/kubelet)(?:\/|$)/;
/** Read by harmless programs, and telling nothing. */
const HARMLESS = new Set(["/etc/localtime", "/etc/timezone", "/dev/null", "/dev/shm"]);

const complaintAbout = (service: string, mount: Mount & { type: "bind" }): { message: string; advice: string } | undefined => {
  if (SOCKETS.test(mount.source))
    return {
      message: `${service} is given the engine's socket ${mount.source}: who can talk to it is root on the host`,
      advice: "Remove the mount. What needs the engine runs beside it, not in a service; a filtering socket proxy is the least.",
    };
  if (!SENSITIVE.test(mount.source) || (mount.readOnly && HARMLESS.has(mount.source))) return undefined;
  return {
    message: `${service} mounts ${mount.source} of the host${mount.readOnly ? "" : ", writable"}`,
    advice: "Mount only the one file or folder it needs, read-only; or use a config, a secret or a named volume.",
  };
};

export const hostAccess = composeRule({
  id: "compose/host-access",
  aliases: [
    "composelint:CL-0001",
    "composelint:CL-0010",
    "composelint:CL-0013",
    "composelint:CL-0016",
    "composelint:CL-0017",
    "kics:docker_socket_mounted_in_container",
    "kics:host_namespace_is_shared",
    "kics:volume_has_sensitive_host_directory",
    "dockerbench:5.6",
    "dockerbench:5.32",
  ],
  item: "no-host-access",
  severity: "error",
  confidence: "certain",
  summary: "No service reaches the host: not its engine, its namespaces, its devices or its system folders.",
  why: "Each of these is a way out of the container: through the engine's socket anyone starts a privileged container, through the host's process namespace the secrets of all others can be read.",
  source: "https://docs.docker.com/engine/security/#docker-daemon-attack-surface",
  examples: [
    {
      bad: "services: {ci: {image: 'shop/ci:1.2.3', volumes: ['/var/run/docker.sock:/var/run/docker.sock']}}",
      good: "services: {ci: {image: 'shop/ci:1.2.3', volumes: ['work:/work']}}\nvolumes: {work: {}}",
    },
    {
      bad: "services: {web: {image: 'shop/web:1.2.3', volumes: ['/etc:/host/etc:ro']}}",
      good: "services: {web: {image: 'shop/web:1.2.3', volumes: ['/etc/localtime:/etc/localtime:ro']}}",
    },
    { bad: "services: {web: {image: 'shop/web:1.2.3', pid: host}}", good: "services: {web: {image: 'shop/web:1.2.3'}}" },
    {
      bad: "services: {web: {image: 'shop/web:1.2.3', devices: ['/dev/sda:/dev/sda']}}",
      good: "services: {web: {image: 'shop/web:1.2.3', volumes: ['./conf:/conf:ro']}}",
    },
  ],
  applies: () => true,
  proves: ({ service }) => `${service.name} has no socket, namespace, device or system folder of the host`,
  *check({ service }) {
    const { spec } = service;
    for (const [index, mount] of spec.mounts.entries()) {
      if (mount.type !== "bind") continue;
      const complaint = complaintAbout(service.name, mount);
      if (complaint !== undefined) yield { at: ["volumes", index], ...complaint };
      if (mount.propagation !== undefined && /shared/.test(mount.propagation))
        yield {
          at: ["volumes", index],
          severity: "warning",
          message: `${service.name} shares its mounts below ${mount.source} with the host`,
          advice: "Leave bind.propagation at rprivate.",
        };
    }
    for (const key of ["pid", "ipc"] as const)
      if (spec[key] === "host")
        yield { at: [key], message: `${service.name} shares the host's ${key} namespace`, advice: `Remove ${key}: host.` };
    for (const [index, device] of spec.devices.entries())
      yield {
        at: ["devices", index],
        severity: "warning",
        message: `${service.name} is given the host's device ${device.host}`,
        advice: "Remove it, or ignore this with the reason why the service needs the hardware.",
      };
  },
});
