import { isHostPath, splitVolume } from "../../source/index.ts";
import type { FileMount, Mount } from "../container-spec.ts";
import { object, type Reader, report } from "./reading.ts";
import { byteSize, containerPath, fileMode, integer, name, oneOf, resolveHostPath, text, truth } from "./scalars.ts";

const PROPAGATION = ["rprivate", "private", "rshared", "shared", "rslave", "slave"] as const;
const SELINUX = "SELinux labels are not set by Seaworthy; label the folder itself";
/** Hints to Docker Desktop's file sharing; a Linux engine has nothing to do for them. */
const CONSISTENCY = ["consistent", "cached", "delegated"] as const;

/** What the short form's third part says, or the reason why it cannot be honoured. */
const shortOptions = (
  options: readonly string[],
): { readonly readOnly: boolean; readonly noCopy: boolean; readonly propagation?: string; readonly fault?: string } => {
  let [readOnly, noCopy, propagation, fault]: [boolean, boolean, string | undefined, string | undefined] = [
    false,
    false,
    undefined,
    undefined,
  ];
  for (const option of options) {
    if (option === "ro") readOnly = true;
    else if (option === "nocopy") noCopy = true;
    else if (PROPAGATION.some((one) => one === option)) propagation = option;
    else if (option === "z" || option === "Z") fault = SELINUX;
    else if (option !== "rw" && !CONSISTENCY.some((one) => one === option))
      fault = `unknown option "${option}": expected ro, rw, nocopy or ${PROPAGATION.join(", ")}`;
  }
  return { readOnly, noCopy, ...(propagation === undefined ? {} : { propagation }), ...(fault === undefined ? {} : { fault }) };
};

const shortMount: Reader<Mount> = (node, path, reading) => {
  const written = name(node, path, reading);
  if (written === undefined) return undefined;
  const parts = splitVolume(written);
  if (parts === undefined) return report(reading, node, `${path}: "${written}" is not a mount: expected [SOURCE:]TARGET[:OPTIONS]`);
  const { source, target } = parts;
  const { readOnly, noCopy, propagation, fault } = shortOptions(parts.options);
  if (fault !== undefined) return report(reading, node, `${path}: ${fault}`, fault === SELINUX ? "FIELD_UNSUPPORTED" : "INPUT_INVALID");
  if (!target.startsWith("/")) return report(reading, node, `${path}: "${target}" is not an absolute path inside the container`);
  if (source === undefined) return { type: "volume", target, readOnly };
  if (isHostPath(source))
    return {
      type: "bind",
      source: resolveHostPath(source, reading.folder),
      target,
      readOnly,
      ...(propagation === undefined ? {} : { propagation }),
    };
  return { type: "volume", volume: source, target, readOnly, ...(noCopy ? { noCopy } : {}) };
};

const LONG = object(
  {
    type: oneOf("bind", "volume", "tmpfs"),
    source: name,
    target: containerPath,
    read_only: truth,
    consistency: oneOf(...CONSISTENCY),
    bind: object(
      { propagation: oneOf(...PROPAGATION), create_host_path: truth },
      { selinux: SELINUX, recursive: "it needs engine API 1.44; nested mounts follow the engine's default" },
    ),
    volume: object({ nocopy: truth }, { subpath: "it needs engine API 1.45", labels: "label the volume under the top-level volumes" }),
    tmpfs: object({ size: byteSize, mode: fileMode }),
  },
  { image: "image mounts need engine API 1.48" },
);

const longMount: Reader<Mount> = (node, path, reading) => {
  const long = LONG(node, path, reading);
  if (long?.target === undefined || long.type === undefined)
    return long === undefined ? undefined : report(reading, node, `${path}: a mount needs a type and a target`);
  const { source, target, type } = long;
  const readOnly = long.read_only ?? false;
  const foreign = (["bind", "volume", "tmpfs"] as const).find((kind) => kind !== type && long[kind] !== undefined);
  if (foreign !== undefined) return report(reading, node, `${path}.${foreign}: options of a ${foreign} mount on one of type ${type}`);
  switch (type) {
    case "tmpfs": {
      if (source !== undefined) return report(reading, node, `${path}.source: a tmpfs has no source`);
      const { size, mode } = long.tmpfs ?? {};
      return {
        type,
        target,
        ...(size === undefined ? {} : { sizeBytes: size }),
        ...(mode === undefined ? {} : { mode }),
        ...(readOnly ? { options: ["ro"] } : {}),
      };
    }
    case "bind": {
      if (source === undefined) return report(reading, node, `${path}: a bind mount needs a source`);
      if (long.bind?.create_host_path === true)
        return report(
          reading,
          node,
          `${path}.bind.create_host_path is not supported: host folders are not made by accident; create it before the release`,
          "FIELD_UNSUPPORTED",
        );
      const { propagation } = long.bind ?? {};
      return {
        type,
        source: resolveHostPath(source, reading.folder),
        target,
        readOnly,
        ...(propagation === undefined ? {} : { propagation }),
      };
    }
    case "volume": {
      if (source !== undefined && isHostPath(source))
        return report(reading, node, `${path}.source: "${source}" is a path; a volume mount names a volume (or use type: bind)`);
      return {
        type,
        ...(source === undefined ? {} : { volume: source }),
        target,
        readOnly,
        ...(long.volume?.nocopy === true ? { noCopy: true } : {}),
      };
    }
  }
};

/** One entry of `volumes`. */
export const mount: Reader<Mount> = (node, path, reading) => (node.kind === "mapping" ? longMount : shortMount)(node, path, reading);

/** One entry of `tmpfs`: `/path` or `/path:size=64m,mode=1777,uid=999`. */
export const tmpfs: Reader<Mount> = (node, path, reading) => {
  const written = name(node, path, reading);
  if (written === undefined) return undefined;
  const colon = written.indexOf(":");
  const target = colon < 0 ? written : written.slice(0, colon);
  if (!target.startsWith("/")) return report(reading, node, `${path}: "${target}" is not an absolute path inside the container`);
  const options =
    colon < 0
      ? []
      : written
          .slice(colon + 1)
          .split(",")
          .filter((option) => option !== "");
  const valueOf = (key: string): string | undefined => options.findLast((option) => option.startsWith(`${key}=`))?.slice(key.length + 1);
  const [size, mode] = [valueOf("size"), valueOf("mode")];
  const others = options.filter((option) => !/^(?:size|mode)=/.test(option));
  const part = (value: string): typeof node => ({
    kind: "scalar",
    source: node.source,
    start: node.start,
    end: node.end,
    value,
    text: value,
  });
  // A percentage of memory is tmpfs's own notation: it goes to the kernel as it is.
  const percent = size?.endsWith("%") === true;
  const sizeBytes = size === undefined || percent ? undefined : byteSize(part(size), `${path} size`, reading);
  const bits = mode === undefined ? undefined : fileMode(part(mode), `${path} mode`, reading);
  const kept = percent ? [`size=${size}`, ...others] : others;
  return {
    type: "tmpfs",
    target,
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    ...(bits === undefined ? {} : { mode: bits }),
    ...(kept.length === 0 ? {} : { options: kept }),
  };
};

const FILE_MOUNT = object({ source: name, target: name, uid: integer(0, 2 ** 32 - 2), gid: integer(0, 2 ** 32 - 2), mode: fileMode });

/** One entry of a service's `secrets` or `configs`. `folder` is where a name alone is put. */
export const fileMount =
  (folder: string): Reader<FileMount> =>
  (node, path, reading) => {
    const place = (target: string): string => (target.startsWith("/") ? target : `${folder}/${target}`);
    if (node.kind !== "mapping") {
      const source = text(node, path, reading);
      return source === undefined ? undefined : { source, target: place(source), uid: 0, gid: 0, mode: 0o444 };
    }
    const long = FILE_MOUNT(node, path, reading);
    if (long?.source === undefined) return long === undefined ? undefined : report(reading, node, `${path}: expected a source`);
    return {
      source: long.source,
      target: place(long.target ?? long.source),
      uid: long.uid ?? 0,
      gid: long.gid ?? 0,
      mode: long.mode ?? 0o444,
    };
  };
