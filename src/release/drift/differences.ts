import { canonicalJson, FULL_TRAFFIC, type Json, NO_TRAFFIC } from "../../core/index.ts";
import { checkHost, containerSha, type ReleaseService } from "../manifest.ts";
import { serverName } from "../rollout/drafting.ts";
import type { Attachment, Seen, SeenContainer, SeenService } from "./observe.ts";

/** What puts a difference right: see repair.ts. `nothing`: only a person, or time. */
type Remedy =
  | { readonly by: "nothing" }
  /** HAProxy is made what its files say, and these what the release says. */
  | { readonly by: "proxy" }
  | { readonly by: "server"; readonly container: SeenContainer }
  | { readonly by: "unlist"; readonly server: string }
  | { readonly by: "start"; readonly container: SeenContainer }
  | { readonly by: "connect"; readonly container: SeenContainer; readonly to: Attachment }
  /** Secrets and configs come back into memory, for the next start. */
  | { readonly by: "files" }
  /** So many more containers of the service. */
  | { readonly by: "create"; readonly count: number }
  | { readonly by: "dismiss"; readonly container: SeenContainer };

/** One way in which what runs is not what the live release says. */
export interface Difference {
  readonly service?: string;
  /** A sentence. */
  readonly words: string;
  readonly remedy: Remedy;
}

const NOTHING: Remedy = { by: "nothing" };
const PROXY: Remedy = { by: "proxy" };

const jobDifferences = ({ containers }: SeenService, { replicas }: ReleaseService): readonly Omit<Difference, "service">[] =>
  // A job is never done again by a repair: what it did is done.
  containers.length === replicas
    ? containers
        .filter(({ state, exitCode }) => state !== "exited" || exitCode !== 0)
        .map(({ name, state, exitCode }) => ({
          words: `${name} is ${state}${exitCode === undefined ? "" : ` with status ${exitCode}`}`,
          remedy: NOTHING,
        }))
    : [{ words: `${containers.length} of ${replicas} containers are there`, remedy: NOTHING }];

/** The server of a container that runs, as HAProxy has it and as its files have it. */
const serverDifference = (container: SeenContainer, { declared, servers }: SeenService): Omit<Difference, "service"> | undefined => {
  const { name, server } = container;
  const meant = declared?.servers.find((one) => one.name === serverName(container));
  const missing: Remedy = meant === undefined || meant.weight !== FULL_TRAFFIC ? { by: "server", container } : PROXY;
  if (servers === undefined)
    return missing === PROXY ? undefined : { words: `the proxy's file does not know ${name}, or gives it no full weight`, remedy: missing };
  if (server === undefined) return { words: `the proxy does not know ${name}`, remedy: missing };
  if (meant !== undefined && server.address !== `${meant.address}:${meant.port}`)
    return { words: `the proxy looks for ${name} at ${server.address}, not at ${meant.address}:${meant.port}`, remedy: PROXY };
  if (server.weight === NO_TRAFFIC) return { words: `the proxy sends nothing to ${name}`, remedy: missing };
  if (server.weight !== FULL_TRAFFIC)
    return { words: `the proxy gives ${name} a weight of ${server.weight} instead of ${FULL_TRAFFIC}`, remedy: missing };
  if (server.status.startsWith("UP")) return undefined;
  const byHand = /^(?:MAINT|DRAIN|no check)/.test(server.status) || server.checkStatus === "";
  return { words: `the proxy sees ${name} as ${server.status} (${server.checkStatus})`, remedy: byHand ? PROXY : NOTHING };
};

/** The networks of the file, and the one in which the proxy reaches it, each with its fixed address there. */
const belongsTo = ({ network, address }: SeenContainer, { name, networks, ingress }: SeenService): readonly Attachment[] => {
  if (ingress === undefined) return networks;
  const reached = network ?? ingress;
  const fixed = address === undefined ? {} : { address };
  if (networks.some((one) => one.network === reached)) return networks.map((one) => (one.network === reached ? { ...one, ...fixed } : one));
  return [{ network: reached, aliases: [name], ...fixed }, ...networks];
};

const networkDifferences = (container: SeenContainer, seen: SeenService): readonly Omit<Difference, "service">[] =>
  belongsTo(container, seen).flatMap((to): readonly Omit<Difference, "service">[] => {
    const { address } = to;
    const now = container.addresses[to.network];
    const remedy: Remedy = { by: "connect", container, to };
    if (now === undefined) return [{ words: `${container.name} is not connected to the network ${to.network}`, remedy }];
    if (address === undefined || now === address) return [];
    return [{ words: `${container.name} has the address ${now === "" ? "of nobody" : now} in ${to.network}, not ${address}`, remedy }];
  });

const asText = (value: unknown): string => canonicalJson(JSON.parse(JSON.stringify(value ?? {})) as Json);

const backendDifferences = (
  { declared, servers, containers }: SeenService,
  service: ReleaseService,
): readonly Omit<Difference, "service">[] => {
  const { route } = service;
  if (route === undefined) return [];
  if (servers === undefined) return [{ words: "the proxy does not answer, or does not know the service", remedy: PROXY }];
  const names = new Set(containers.map(serverName));
  const strays = servers.filter(({ name }) => !names.has(name));
  const same =
    declared !== undefined &&
    declared.hosts.toSorted().join(" ") === route.hosts.toSorted().join(" ") &&
    declared.check.path === route.ready &&
    declared.check.host === checkHost(route) &&
    (["front", "limits", "maintenance"] as const).every((part) => asText(declared[part]) === asText(service[part]));
  return [
    ...(same
      ? []
      : [{ words: "the proxy's file has not the host names, the check, the headers or the limits of the release", remedy: PROXY }]),
    ...(declared?.heldUntil === undefined ? [] : [{ words: "its requests wait in the proxy", remedy: PROXY }]),
    ...strays.map(({ name }) => ({
      words: `the proxy has a server ${name} that is no container`,
      remedy: { by: "unlist", server: name } as const,
    })),
  ];
};

/** The engine starts again what crashes: so often, and for so short a time since, is no accident. */
const MANY_RESTARTS = 3;
const JUST_NOW_SECONDS = 300;

const keepsRestarting = ({ restartCount, upSeconds }: SeenContainer): boolean =>
  restartCount >= MANY_RESTARTS && upSeconds !== undefined && upSeconds < JUST_NOW_SECONDS;

const isRunning = ({ state }: SeenContainer): boolean => state === "running";

const serviceDifferences = (seen: SeenService): readonly Omit<Difference, "service">[] => {
  const { wanted, containers, job } = seen;
  if (wanted === undefined)
    return containers.map((container) => ({
      words: `${container.name} belongs to no service of the live release`,
      remedy: { by: "dismiss", container },
    }));
  const sha = containerSha(wanted);
  const strays = containers.filter((one) => one.sha !== sha);
  const strangers = strays.map((container) => ({
    words: `${container.name} is not of the live release`,
    remedy: { by: "dismiss", container } as const,
  }));
  if (job) return [...jobDifferences(seen, wanted), ...strangers.map(({ words }) => ({ words, remedy: NOTHING }))];
  const own = containers.filter((one) => one.sha === sha);
  const count = containers.filter(isRunning).length;
  const lacking = Math.max(0, wanted.replicas - own.length);
  const surplus = own
    .toSorted((a, b) => Number(isRunning(b)) - Number(isRunning(a)) || a.release - b.release || a.replica - b.replica)
    .slice(wanted.replicas);
  const kept = own.filter((one) => !surplus.includes(one));
  return [
    ...(count === wanted.replicas && lacking === 0
      ? []
      : [
          {
            words: `${count} of ${wanted.replicas} containers run`,
            remedy: lacking === 0 ? NOTHING : ({ by: "create", count: lacking } as const),
          },
        ]),
    ...seen.missingFiles.map(({ kind, key }) => ({
      words: `the ${kind} ${key} is not in memory, as after a reboot: a container that mounts it cannot be started`,
      remedy: { by: "files" } as const,
    })),
    ...surplus.map((container) => ({ words: `${container.name} is one too many`, remedy: { by: "dismiss", container } as const })),
    ...strangers,
    ...kept
      .filter((one) => !isRunning(one))
      .map((container) => ({
        words: `${container.name} is ${container.state}`,
        remedy: /^(?:created|exited|dead)$/.test(container.state) ? ({ by: "start", container } as const) : NOTHING,
      })),
    ...kept.filter(keepsRestarting).map(({ name, restartCount, upSeconds = 0 }) => ({
      words: `${name} keeps crashing: ${restartCount} restarts, the last ${upSeconds} s ago`,
      remedy: NOTHING,
    })),
    ...kept
      .filter((one) => isRunning(one) && one.health === "unhealthy")
      .map(({ name }) => ({ words: `${name} is unhealthy`, remedy: NOTHING })),
    ...kept.filter(isRunning).flatMap((container) => networkDifferences(container, seen)),
    ...backendDifferences(seen, wanted),
    ...(wanted.route === undefined ? [] : kept.filter(isRunning).flatMap((one) => serverDifference(one, seen) ?? [])),
  ];
};

/** Every way in which what was seen is not what the live release says. Empty: nothing is to be done. */
export const differencesOf = ({ services, proxy }: Seen): readonly Difference[] => [
  ...proxy.map((words) => ({ words, remedy: PROXY })),
  ...services.flatMap((seen) => serviceDifferences(seen).map((difference) => ({ ...difference, service: seen.name }))),
];

export const wordsOfDifference = ({ service, words }: Difference): string => (service === undefined ? words : `${service}: ${words}`);
