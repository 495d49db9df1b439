import { formatPlace, formatReference, SeaworthyError } from "../core/index.ts";
import type { FileMount, Project, RouteSettings, Service } from "../project/index.ts";
import { orderOf, type ReleaseManifest, type ReleaseService, versionOf } from "../release/index.ts";
import { contentOf } from "./content.ts";
import { certificatesOf, frontOf } from "./front.ts";
import type { ResolvedService } from "./images.ts";
import { maintenanceOf } from "./maintenance.ts";
import type { Voyage } from "./voyage.ts";

type Versions = Readonly<Record<string, string>>;

/** Key of each source that is mounted, to the version of its content. */
const versions = async (
  mounts: readonly FileMount[],
  kind: "secret" | "config",
  voyage: Pick<Voyage, "project" | "contents" | "state">,
): Promise<Versions> => {
  const read = contentOf(voyage);
  const pairs = mounts.map(async ({ source }): Promise<readonly (readonly [string, string])[]> => {
    const content = await read(kind, source);
    return content === undefined ? [] : [[source, versionOf(voyage.state, content)]];
  });
  return Object.fromEntries((await Promise.all(pairs)).flat());
};

const unverifiedBecause = (service: Service): string =>
  service.spec.image?.digest === undefined
    ? "others built it; what its tag stood for when this release was made is kept by digest"
    : "others built it; the compose file pins its digest";

/** What loads, and is judged, but cannot be released yet. @throws FIELD_UNSUPPORTED with every place */
const assertReleasable = (project: Project): void => {
  const problems = project.services.flatMap((service) => {
    const place = (key: string): string => {
      const origin = service.locate(key);
      return origin === undefined ? service.name : formatPlace(origin.path, origin.range);
    };
    return [
      ...(service.containerName === undefined
        ? []
        : [`${place("container_name")}: container_name: a release names its containers itself, so that old and new can run side by side`]),
      ...(service.spec.networkMode?.startsWith("service:") === true
        ? [`${place("network_mode")}: network_mode: ${service.spec.networkMode} is not supported in releases yet`]
        : []),
    ];
  });
  if (problems.length > 0)
    throw new SeaworthyError("FIELD_UNSUPPORTED", `${problems.length} fields cannot be honoured by a release`, { problems });
};

const serviceOf = async (
  service: Service,
  image: ResolvedService,
  voyage: Pick<Voyage, "project" | "contents" | "state">,
): Promise<ReleaseService> => {
  const { image: _, ...spec } = service.spec;
  const { route, release } = service.settings;
  return {
    name: service.name,
    image: {
      repository: formatReference({ registry: image.repository.registry, repository: image.repository.repository }),
      digest: image.digest,
      manifest: image.manifest,
    },
    spec,
    replicas: service.settings.schedule === undefined ? service.replicas : 0,
    dependsOn: service.dependsOn,
    drainMs: release.drain,
    ...(release.websockets === "wait" ? {} : { lasting: release.websockets }),
    readyMs: release.ready,
    ...(release.hold === undefined || route === undefined ? {} : { hold: release.hold }),
    secretVersions: await versions(spec.secrets, "secret", voyage),
    configVersions: await versions(spec.configs, "config", voyage),
    ...(service.updateOrder === undefined ? {} : { updateOrder: service.updateOrder }),
    ...(service.update === undefined ? {} : { update: service.update }),
    ...(service.rollback === undefined ? {} : { rollback: service.rollback }),
    ...(service.settings.jobs.length === 0 ? {} : { jobs: service.settings.jobs }),
    ...(route === undefined ? {} : { route: routeOf(route), front: frontOf(voyage.project, route) }),
    ...(service.settings.limits === undefined ? {} : { limits: service.settings.limits }),
    ...maintenanceOf(service),
    ...(service.settings.schedule === undefined ? {} : { schedule: service.settings.schedule }),
    ...(release.strategy === "rolling" ? {} : { strategy: release.strategy }),
    ...(image.ours ? {} : { unverified: image.unverified ?? unverifiedBecause(service) }),
  };
};

/** Without what the proxy alone has to do with. */
const routeOf = ({ hosts, port, ready, live, protocol }: RouteSettings): RouteSettings => ({
  hosts,
  port,
  ready,
  ...(live === undefined ? {} : { live }),
  ...(protocol === undefined ? {} : { protocol }),
});

/** A strategy that looks at the new release beside the old one needs both at once. @throws FIELD_UNSUPPORTED with every place */
const assertStrategies = (project: Project, services: readonly ReleaseService[]): void => {
  const problems = services.flatMap((service) => {
    const order = orderOf(service);
    if (service.strategy === undefined || order.way === "start-first") return [];
    const origin = project.services.find(({ name }) => name === service.name)?.locate("x-seaworthy", "release", "strategy");
    const place = origin === undefined ? service.name : formatPlace(origin.path, origin.range);
    return [`${place}: x-seaworthy.release.strategy: ${service.strategy.name} runs old and new side by side, but ${order.why}`];
  });
  if (problems.length > 0)
    throw new SeaworthyError("FIELD_UNSUPPORTED", `${problems.length} services cannot be released by the strategy they name`, { problems });
};

/** The release of this project with these images: everything resolved, secrets by version only. */
export const releaseManifest = async (
  voyage: Pick<Voyage, "project" | "contents" | "state">,
  images: ReadonlyMap<string, ResolvedService>,
  version: string,
): Promise<ReleaseManifest> => {
  const { project } = voyage;
  assertReleasable(project);
  const made = project.services.map(async (service): Promise<readonly ReleaseService[]> => {
    const image = images.get(service.name);
    return image === undefined ? [] : [await serviceOf(service, image, voyage)];
  });
  const services = (await Promise.all(made)).flat();
  assertStrategies(project, services);
  const certificates = certificatesOf(project);
  return {
    schema: "seaworthy/release@1",
    project: project.name,
    version,
    folder: project.folder,
    files: project.files.map(({ path }) => path),
    services,
    networks: project.networks,
    volumes: project.volumes,
    ...(certificates.length === 0 ? {} : { certificates }),
    ...(project.environment === undefined ? {} : { environment: project.environment }),
    ...(project.git === undefined
      ? {}
      : {
          source: {
            commit: project.git.commit,
            dirty: project.git.dirty,
            ...(project.git.branch === undefined ? {} : { branch: project.git.branch }),
          },
        }),
  };
};
