import { SeaworthyError } from "../../core/index.ts";
import type { MountConfig } from "../../engine/index.ts";
import type { ContainerSpec, FileMount, Mount } from "../container-spec.ts";
import type { ContainerInput } from "./container-config.ts";

const fileBinds = (files: readonly FileMount[], hostFiles: ReadonlyMap<string, string> | undefined, kind: string): readonly MountConfig[] =>
  files.map(({ source, target }) => {
    const path = hostFiles?.get(source);
    if (path === undefined)
      throw new SeaworthyError("INPUT_INVALID", `the ${kind} "${source}" for ${target} has no file on the engine's host`);
    return { Type: "bind", Source: path, Target: target, ReadOnly: true };
  });

const mountOf = (mount: Exclude<Mount, { readonly type: "tmpfs" }>, volumes: ReadonlyMap<string, string>): MountConfig => {
  const readOnly = mount.readOnly ? { ReadOnly: true } : {};
  if (mount.type === "bind")
    return {
      Type: "bind",
      Source: mount.source,
      Target: mount.target,
      ...readOnly,
      ...(mount.propagation === undefined ? {} : { BindOptions: { Propagation: mount.propagation } }),
    };
  return {
    Type: "volume",
    ...(mount.volume === undefined ? {} : { Source: volumes.get(mount.volume) ?? mount.volume }),
    Target: mount.target,
    ...readOnly,
    ...(mount.noCopy === true ? { VolumeOptions: { NoCopy: true } } : {}),
  };
};

/** Binds, volumes, secrets and configs. A bind's source must exist: the Mounts form, unlike Binds, makes no folder on the host by accident. */
export const mountConfig = (spec: ContainerSpec, input: ContainerInput): readonly MountConfig[] => [
  ...spec.mounts.flatMap((mount) => (mount.type === "tmpfs" ? [] : [mountOf(mount, input.volumes)])),
  ...fileBinds(spec.secrets, input.secretFiles, "secret"),
  ...fileBinds(spec.configs, input.configFiles, "config"),
];

/** Tmpfs by target with its mount options, `size=67108864,mode=1777`; the engine adds noexec, nosuid and nodev. */
export const tmpfsMap = (spec: ContainerSpec): Readonly<Record<string, string>> =>
  Object.fromEntries(
    spec.mounts.flatMap((mount) => {
      if (mount.type !== "tmpfs") return [];
      const size = mount.sizeBytes === undefined ? [] : [`size=${mount.sizeBytes}`];
      const mode = mount.mode === undefined ? [] : [`mode=${mount.mode.toString(8)}`];
      return [[mount.target, [...size, ...mode, ...(mount.options ?? [])].join(",")]];
    }),
  );
