import { type Engine, type Inside, type Labels } from "../../engine/index.ts";
import type { Duplex } from "node:stream";
import { SeaworthyError } from "../../core/index.ts";
import { PROBE_PROGRAM, PROBE_UID } from "./names.ts";
import { execIn, type ExecResult } from "./running.ts";

/** Made by script/setup from Debian's static busybox, then what the hub publishes. */
export const PROBE_IMAGES = ["seaworthy/probe:1", "busybox:1.37-musl", "busybox:musl"] as const;

/** A line of shell that runs a program for each connection to a port, for as long as its container lives. Busybox has one of two programs called nc. */
export const serveTcp = (port: number, program: string): string =>
  `while :; do /bin/busybox nc -lk -p ${port} -e ${program} 2>/dev/null || /bin/busybox nc -ll -p ${port} -e ${program} || /bin/busybox sleep 1; done & `;

/** A container beside the one that is tried, in its processes and its network: nothing is needed in the image. */
export interface Probe {
  /** A shell script; as nobody, or as root with the one capability to send signals. */
  readonly sh: (
    script: string,
    options?: { readonly asRoot?: boolean; readonly timeoutMs?: number; readonly raw?: boolean },
  ) => Promise<ExecResult>;
  readonly dial: (port: number) => Promise<Duplex>;
}

/** @throws IMAGE_NOT_FOUND with what to do */
export const probeImage = async (engine: Engine): Promise<string> => {
  for (const image of PROBE_IMAGES) if ((await engine.images.inspect(image)) !== undefined) return image;
  const [, remote] = PROBE_IMAGES;
  try {
    await engine.images.pull(remote);
    return remote;
  } catch (cause) {
    throw new SeaworthyError(
      "IMAGE_NOT_FOUND",
      `a trial looks in with busybox, and the engine has none of ${PROBE_IMAGES.join(", ")}, nor can ${remote} be pulled`,
      {
        cause,
        hint: "Run script/setup to make one from Debian's package, or pull one of them.",
      },
    );
  }
};

/** Starts a probe beside a container. It ends with that container's first process. */
export const startProbe = async (
  { engine, inside, image }: { readonly engine: Engine; readonly inside: Inside; readonly image: string },
  { name, beside, labels }: { readonly name: string; readonly beside: string; readonly labels: Labels },
): Promise<Probe> => {
  await engine.containers.create(name, {
    Image: image,
    Entrypoint: PROBE_PROGRAM.slice(0, 1),
    Cmd: PROBE_PROGRAM.slice(1),
    // What is started in it later as root has the capability only when it began as root.
    User: "0:0",
    Labels: labels,
    HostConfig: {
      NetworkMode: `container:${beside}`,
      PidMode: `container:${beside}`,
      ReadonlyRootfs: true,
      CapDrop: ["ALL"],
      CapAdd: ["KILL"],
      SecurityOpt: ["no-new-privileges"],
      Memory: 64 * 1024 * 1024,
      PidsLimit: 128,
    },
  });
  await engine.containers.start(name);
  return {
    sh: (script, { asRoot = false, timeoutMs, raw = false } = {}) =>
      execIn(inside, name, ["/bin/busybox", "sh", "-c", script], {
        user: asRoot ? "0:0" : `${PROBE_UID}:${PROBE_UID}`,
        raw,
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      }),
    dial: async (port) =>
      (await inside.exec(name, { command: ["/bin/busybox", "nc", "127.0.0.1", String(port)], user: `${PROBE_UID}:${PROBE_UID}` })).stream,
  };
};
