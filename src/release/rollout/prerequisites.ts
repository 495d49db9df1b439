import { networkLabels, volumeLabels } from "../../project/index.ts";
import { type Backend, nextOf } from "../../proxy/index.ts";
import type { Live } from "../live.ts";
import { INGRESS, ingressName, LABELS } from "../live.ts";
import { isHeld } from "./hold.ts";
import type { Addressing } from "../addressing.ts";
import { installCertificates } from "./certificates.ts";
import { backendName, checkHost, labelled, type ReleaseManifest, type ReleaseService } from "../manifest.ts";
import type { Action, Step } from "../plan.ts";

const step = (id: string, why: string, action: Action, undo?: readonly Action[]): Step => ({
  id,
  why,
  action,
  ...(undo === undefined ? {} : { undo }),
});

const pulls = (services: readonly ReleaseService[], live: Live): readonly Step[] => {
  const references = new Map(services.map((service) => [`${service.image.repository}@${service.image.digest}`, service.name]));
  return [...references].map(([reference, name]) =>
    step(`pull/${name}`, "by digest, so that a tag moved meanwhile changes nothing", {
      do: "pull-image",
      reference,
      platform: live.platform,
    }),
  );
};

const networks = (manifest: ReleaseManifest, live: Live, addresses: Addressing): readonly Step[] =>
  manifest.networks
    .filter((network) => !network.external && !live.networks.has(network.name))
    .map(({ key, name, driver, internal, enableIpv6, options, labels, pools }) => {
      const pool = addresses.pools.get(name);
      return step(
        `network/${key}`,
        pool === undefined
          ? "the project's own network"
          : "the project's own network; containers behind the proxy keep fixed addresses here",
        {
          do: "create-network",
          name,
          config: {
            driver,
            internal,
            enableIpv6,
            options,
            pools: pool === undefined ? pools : [pool],
            labels: {
              ...labels,
              ...networkLabels(labelled(manifest), key),
              [LABELS.project]: manifest.project,
              ...(pool === undefined ? {} : { [LABELS.addresses]: pool.subnet }),
            },
          },
        },
        [{ do: "remove-network", name }],
      );
    });

const volumes = (manifest: ReleaseManifest, live: Live): readonly Step[] =>
  manifest.volumes
    .filter((volume) => !volume.external && !live.volumes.has(volume.name))
    // Never undone: a volume may hold data from the moment it exists.
    .map(({ key, name, driver, options, labels }) =>
      step(`volume/${key}`, "state outlives containers", {
        do: "create-volume",
        name,
        driver,
        options,
        labels: { ...labels, ...volumeLabels(labelled(manifest), key), [LABELS.project]: manifest.project },
      }),
    );

const ingress = (manifest: ReleaseManifest, addresses: Addressing): readonly Step[] => {
  const name = ingressName(manifest.project);
  const pool = addresses.pools.get(name);
  if (pool === undefined) return [];
  const labels = { ...networkLabels(labelled(manifest), INGRESS), [LABELS.project]: manifest.project, [LABELS.role]: "ingress" };
  return [
    step(
      `network/${INGRESS}`,
      "containers behind the proxy that are in no network of ours keep fixed addresses here",
      { do: "create-network", name, config: { driver: "bridge", labels, pools: [pool] } },
      [{ do: "remove-network", name }],
    ),
  ];
};

const files = (services: readonly ReleaseService[]): readonly Step[] =>
  services.flatMap((service) =>
    (["secret", "config"] as const).flatMap((kind) =>
      (kind === "secret" ? service.spec.secrets : service.spec.configs).map(({ source, uid, gid, mode }) => {
        const version = (kind === "secret" ? service.secretVersions : service.configVersions)[source] ?? "";
        return step(`${kind}/${service.name}/${source}`, "a file in memory, never in the image, the environment or the journal", {
          do: "place-file",
          kind,
          key: source,
          version,
          uid,
          gid,
          mode,
        });
      }),
    ),
  );

const redeclared = ({ name, hosts, check, httpPort, hold, front, limits, maintenance }: Backend): Action => ({
  do: "declare-backend",
  backend: name,
  hosts,
  path: check.path,
  host: check.host,
  httpPort,
  ...(hold === undefined ? {} : { hold }),
  ...(front === undefined ? {} : { front }),
  ...(limits === undefined ? {} : { limits }),
  ...(maintenance === undefined ? {} : { maintenance }),
});

/** Where the next release of a service is looked at. It stays from release to release, so that HAProxy is not reloaded in each. */
const nextPlace = (manifest: ReleaseManifest, { name, route, strategy, front }: ReleaseService, live: Live): readonly Step[] => {
  const backend = nextOf(backendName(manifest.project, name));
  const before = live.backends.get(backend);
  if (strategy === undefined || route === undefined)
    return before === undefined
      ? []
      : [step(`next/${name}`, "its next release is looked at no more", { do: "withdraw-backend", backend }, [redeclared(before)])];
  const undo: Action = before === undefined ? { do: "withdraw-backend", backend } : redeclared(before);
  const action: Action = {
    do: "declare-backend",
    backend,
    hosts: strategy.preview,
    path: route.ready,
    host: checkHost(route),
    ...(front === undefined ? {} : { front }),
  };
  return [step(`next/${name}`, "where its next release is looked at", action, [undo])];
};

const backends = (manifest: ReleaseManifest, live: Live, lenient: boolean): readonly Step[] => {
  const routed = manifest.services.filter((service) => service.route !== undefined);
  if (routed.length === 0) return [];
  const declared = routed.flatMap((service) => {
    const { route } = service;
    if (route === undefined) return [];
    const backend = backendName(manifest.project, service.name);
    const host = checkHost(route);
    const before = live.backends.get(backend);
    const undo: readonly Action[] = [before === undefined ? { do: "withdraw-backend", backend } : redeclared(before)];
    return [
      step(
        `backend/${service.name}`,
        "the proxy knows the service under its host names",
        {
          do: "declare-backend",
          backend,
          hosts: route.hosts,
          path: route.ready,
          host,
          ...(isHeld(service) && service.hold !== undefined ? { hold: service.hold } : {}),
          ...(service.front === undefined ? {} : { front: service.front }),
          ...(service.limits === undefined ? {} : { limits: service.limits }),
          ...(service.maintenance === undefined ? {} : { maintenance: service.maintenance }),
        },
        undo,
      ),
    ];
  });
  const nexts = routed.flatMap((service) => nextPlace(manifest, service, live));
  return [
    step("proxy", "HAProxy stands in front and outlives us", { do: "start-proxy" }),
    ...installCertificates(manifest, lenient),
    ...declared,
    ...nexts,
  ];
};

/**
 * What must be there before the first container of the release starts. `changed` are the services that get new containers.
 * `lenient`: a certificate that cannot be read stands in nobody's way.
 */
export const prerequisites = (
  manifest: ReleaseManifest,
  changed: readonly ReleaseService[],
  live: Live,
  addresses: Addressing,
  lenient: boolean,
): readonly Step[] => [
  // What the proxy refuses is known before anything is fetched, and its time is not one in which a fetched image waits.
  ...backends(manifest, live, lenient),
  ...pulls(changed, live),
  ...networks(manifest, live, addresses),
  ...ingress(manifest, addresses),
  ...volumes(manifest, live),
  ...files(changed),
];
