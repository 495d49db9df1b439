import { below, mountsOf, type WrittenMount } from "../../compose/mounts.ts";
import { composeRule } from "../../rule.ts";

const SOCKET = /(?:docker|containerd|podman|crio|dockershim|buildkitd)\.sock|systemd\/private/;
/** Folders of the host that hold such a socket. */
const HOLDERS = ["/run/containerd", "/run/systemd", "/var/run", "/run"];

/** The folder of a mount that holds a socket: itself, or one below it. */
const holder = (path: string): string | undefined =>
  path === "/" ? "/run" : HOLDERS.find((folder) => folder === path || below(folder, [path]) !== undefined);

const said = ({ hostPath }: WrittenMount): string | undefined => {
  if (hostPath === undefined) return undefined;
  if (SOCKET.test(hostPath)) return `the control socket ${hostPath}`;
  const folder = holder(hostPath);
  return folder === undefined ? undefined : `${hostPath}, which holds the control sockets in ${folder}`;
};

export const runtimeSocket = composeRule({
  id: "compose/runtime-socket",
  aliases: ["composelint:CL-0001", "kics:docker_socket_mounted_in_container", "dockerbench:5.32"],
  item: "no-host-access",
  severity: "error",
  confidence: "certain",
  summary: "No service is given the control socket of an engine or of systemd, nor a folder that holds one.",
  why: "Who can talk to the engine starts a privileged container and is root on the host. A read-only mount changes nothing: it protects the file, not what answers behind it.",
  source: "https://docs.docker.com/engine/security/#docker-daemon-attack-surface",
  examples: [
    {
      bad: "services: {ci: {image: 'shop/ci:1.2.3', volumes: ['/var/run/docker.sock:/var/run/docker.sock:ro']}}",
      good: "services: {ci: {image: 'shop/ci:1.2.3', volumes: ['work:/work']}}\nvolumes: {work: {}}",
    },
    {
      bad: "services: {ci: {image: 'shop/ci:1.2.3', volumes: ['sock:/sock']}}\nvolumes: {sock: {driver_opts: {type: none, o: bind, device: /run}}}",
      good: "services: {ci: {image: 'shop/ci:1.2.3', volumes: ['/run/shop:/run/shop']}}",
    },
  ],
  applies: () => true,
  proves: ({ service }) => `${service.name} has no control socket of the host`,
  *check({ service, node, project }) {
    for (const mount of mountsOf(node, project.written)) {
      const what = said(mount);
      if (what !== undefined)
        yield {
          at: mount.node,
          message: `${service.name} is given ${what}: who can talk to it is root on the host`,
          advice: "Remove the mount. What needs the engine runs beside it, not in a service; a filtering socket proxy is the least.",
        };
    }
  },
});
