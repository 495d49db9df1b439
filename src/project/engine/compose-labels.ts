import { basename, resolve } from "node:path";
import { canonicalJson, type Digest, digestOf, type Json } from "../../core/index.ts";
import type { Labels } from "../../engine/index.ts";
import type { ContainerSpec } from "../container-spec.ts";
import type { Project, Service } from "../project.ts";

/** The part of a project that the labels name; a release manifest has it too. */
export type LabelledProject = Pick<Project, "name" | "folder"> & { readonly files: readonly { readonly path: string }[] };

const PREFIX = "com.docker.compose";
/** What stands in Compose's label for the tool's version, for people who look; nothing reads it back. */
const TOOL = "seaworthy";

/** A digest of how a container runs: equal specs, equal digest. The image by digest is not part of it. */
export const specDigest = (spec: ContainerSpec): Digest => {
  // Specs are plain data: what JSON drops (undefined) is what is not there.
  const plain: Json = JSON.parse(JSON.stringify(spec));
  return digestOf(canonicalJson(plain));
};

const composeFiles = (project: LabelledProject): string =>
  project.files
    .map((file) => resolve(project.folder, file.path))
    .filter((path) => basename(path) !== ".seaworthy.yaml")
    .join(",");

/** Labels that every object of a project carries, so that `docker compose ls`, `ps` and `down` find it. */
const projectLabels = (project: LabelledProject): Labels => ({ [`${PREFIX}.project`]: project.name, [`${PREFIX}.version`]: TOOL });

/**
 * The labels by which `docker compose ps`, `logs` and `exec` find a container (compose: pkg/api/labels.go). `number` counts from 1 within the service; two
 * releases side by side use different numbers. `image` is the digest that runs.
 *
 * The config hash is not Compose's own, which only its CLI can compute: a later `docker compose up` would see a difference and recreate the container.
 */
export const composeLabels = (
  project: LabelledProject,
  service: Pick<Service, "name" | "spec" | "dependsOn">,
  number: number,
  image: string,
): Labels => ({
  ...projectLabels(project),
  [`${PREFIX}.service`]: service.name,
  [`${PREFIX}.container-number`]: String(number),
  [`${PREFIX}.oneoff`]: "False",
  [`${PREFIX}.config-hash`]: `seaworthy:${specDigest(service.spec)}`,
  [`${PREFIX}.image`]: image,
  [`${PREFIX}.project.working_dir`]: project.folder,
  [`${PREFIX}.project.config_files`]: composeFiles(project),
  [`${PREFIX}.depends_on`]: service.dependsOn.map((one) => `${one.service}:${one.condition}:false`).join(","),
});

/** For a network the project makes; `key` as under `networks`. */
export const networkLabels = (project: LabelledProject, key: string): Labels => ({ ...projectLabels(project), [`${PREFIX}.network`]: key });

/** For a volume the project makes; `key` as under `volumes`. */
export const volumeLabels = (project: LabelledProject, key: string): Labels => ({ ...projectLabels(project), [`${PREFIX}.volume`]: key });
