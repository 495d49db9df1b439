import type { FileSlot } from "./files.ts";
import type { ReleaseManifest, ReleaseService } from "./manifest.ts";

/** The secrets and configs that one service of a project mounts as files. */
export const serviceSlots = (project: string, { spec, secretVersions, configVersions }: ReleaseService): readonly FileSlot[] => [
  ...spec.secrets.map(({ source, uid, gid, mode }) => ({
    project,
    kind: "secret" as const,
    key: source,
    version: secretVersions[source] ?? "",
    uid,
    gid,
    mode,
  })),
  ...spec.configs.map(({ source, uid, gid, mode }) => ({
    project,
    kind: "config" as const,
    key: source,
    version: configVersions[source] ?? "",
    uid,
    gid,
    mode,
  })),
];

/** All that the services of a release mount. */
export const slotsOf = ({ project, services }: ReleaseManifest): readonly FileSlot[] =>
  services.flatMap((service) => serviceSlots(project, service));
