import { setTimeout as sleep } from "node:timers/promises";
import { SeaworthyError } from "../core/index.ts";
import { healthcheckOf } from "./healthcheck.ts";
import type { Lab } from "./lab/lab.ts";
import { probeImage, serveTcp } from "./lab/probe.ts";
import type { Running } from "./lab/running.ts";
import type { Dependency, SubjectImage } from "./subject.ts";
import { comesUp } from "./up.ts";

const LIMIT_MS = 90_000;

const failed = (name: string, words: string): SeaworthyError =>
  new SeaworthyError("INPUT_INVALID", `${name}, which the service needs, does not come up in the lab: ${words}`, {
    exit: 1,
    hint: "Leave it out with x-seaworthy.trial.needs, or mend it first.",
  });

/** Waits as `depends_on` says. */
export const waitFor = async ({ name, spec, until }: Dependency, image: SubjectImage, running: Running): Promise<void> => {
  const health = healthcheckOf({ spec, image });
  if (until === "healthy" && health !== undefined) {
    const up = await comesUp(running, { requests: [], ports: [], healthcheck: health.command }, LIMIT_MS);
    if (!up.up) throw failed(name, up.words);
    return;
  }
  if (until !== "ended") return;
  for (const begun = performance.now(); performance.now() - begun < LIMIT_MS; await sleep(100)) {
    const { state, exitCode } = await running.state();
    if (state !== "running" && state !== "created") {
      if (exitCode === 0) return;
      throw failed(name, `it ended with ${exitCode ?? "no status"}: ${(await running.logs(5)).join(" | ")}`);
    }
  }
  throw failed(name, `it did not end within ${LIMIT_MS / 1000} s`);
};

/** A container of the lab's own under a name that the service asks for. @returns the container's name */
const startInPlaceOf = async (lab: Lab, kind: string, name: string, script: string): Promise<string> => {
  const container = `seaworthy-trial-${lab.run}-${kind}-${name}`;
  await lab.engine.containers.create(container, {
    Image: await probeImage(lab.engine),
    Entrypoint: ["/bin/busybox"],
    Cmd: ["sh", "-c", `${script}exec /bin/busybox sleep 3600`],
    Labels: lab.labels,
    HostConfig: { NetworkMode: lab.network, CapDrop: ["ALL"], ReadonlyRootfs: true, Memory: 64 * 1024 ** 2, PidsLimit: 64, Init: true },
    NetworkingConfig: { EndpointsConfig: { [lab.network]: { Aliases: [name] } } },
  });
  await lab.engine.containers.start(container);
  return container;
};

/** Something that takes connections under a name that the service asks for, and answers nothing. */
const startStub = async (lab: Lab, { name, spec }: Dependency): Promise<void> => {
  const ports = [
    ...new Set([...spec.expose.map((port) => Number.parseInt(port, 10)), ...spec.ports.map(({ containerPort }) => containerPort)]),
  ];
  await startInPlaceOf(lab, "stub", name, ports.map((port) => serveTcp(port, "/bin/busybox cat")).join(""));
};

/** Something under the same name that takes no connection. @returns the container's name */
export const startRefusing = (lab: Lab, name: string): Promise<string> => startInPlaceOf(lab, "refusing", name, "");

/** What was started beside the subject, by the name that it asks for. */
export interface StartedDependencies {
  readonly real: ReadonlyMap<string, Running>;
  readonly stubs: readonly string[];
}

/** Starts what the subject asks for by name, for real where the engine has its image, else as stubs. */
export const startDependencies = async (lab: Lab): Promise<StartedDependencies> => {
  const real = new Map<string, Running>();
  const stubs: string[] = [];
  for (const dependency of lab.subject.dependencies) {
    const { name, spec, image } = dependency;
    if (image === undefined) {
      await startStub(lab, dependency);
      stubs.push(name);
      continue;
    }
    const running = await lab.start({
      name,
      of: { name, spec, image: image.id },
      aliases: [name, ...(spec.hostname === undefined ? [] : [spec.hostname])],
    });
    await waitFor(dependency, image, running);
    real.set(name, running);
  }
  return { real, stubs };
};

/** Migrations and the like, once, before the subject. */
export const runJobs = async (lab: Lab): Promise<void> => {
  for (const { name, command, timeoutMs } of lab.subject.jobs) {
    const running = await lab.start({ name: `job-${name}`, change: (config) => ({ ...config, Cmd: command }) });
    for (const begun = performance.now(); ; await sleep(50)) {
      const { state, exitCode } = await running.state();
      if (state === "exited" && exitCode === 0) break;
      if (state === "exited" || performance.now() - begun > timeoutMs)
        throw failed(
          `the job ${name}`,
          `${state === "exited" ? `it ended with ${exitCode ?? "no status"}` : "it did not end in time"}: ${(await running.logs(5)).join(" | ")}`,
        );
    }
    await running.remove();
  }
};
