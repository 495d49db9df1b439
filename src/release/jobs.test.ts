import { describe, expect, test } from "vitest";
import { SeaworthyError, type VerifiedDigest } from "../core/index.ts";
import type { JobSettings } from "../project/index.ts";
import type { ReleaseService } from "./manifest.ts";
import { createFleet, type Fleet } from "./test-data/fleet.ts";
import { dbService, manifestOf, webService } from "./test-data/manifests.ts";

const job = (changes: Partial<JobSettings> = {}): JobSettings => ({
  name: "migrate",
  command: ["node", "migrate.js"],
  when: "before-traffic",
  timeoutMs: 60_000,
  ...changes,
});

const manifest = (version: string, jobs: readonly JobSettings[], rest: Partial<ReleaseService> = {}) =>
  manifestOf(`${version}.0.0`, [webService(version, { jobs, ...rest })]);

const NAME = "shop-web-r2-job-migrate";

/** How often each container was started. */
const starts = ({ engine }: Fleet, name: string): number =>
  engine.calls.filter(({ method, args }) => method === "containers.start" && args[0] === name).length;

/** v1 is live; jobs of these names end so many milliseconds after their start, with 0 unless said. */
const site = async (ends: Fleet["ends"] = { [NAME]: { afterMs: 3000 } }): Promise<Fleet> => {
  const fleet = createFleet();
  await fleet.deploy(manifest("1", []));
  fleet.ends = ends;
  return fleet;
};

const OLD = { containers: ["shop-web-r1-1 running"], servers: ["r1-1=100"] };
const NEW = { containers: ["shop-web-r2-1 running"], servers: ["r2-1=100"] };
const stand = async (fleet: Fleet) => ({ containers: await fleet.containers(), servers: fleet.servers() });
const jobContainer = (fleet: Fleet) => fleet.engine.containers.inspect(NAME);

describe("before traffic", () => {
  test("it runs once, in the release's image, before a new container starts, with nothing of one that serves; and goes", async () => {
    const fleet = await site();
    const order: string[] = [];
    let config: Awaited<ReturnType<typeof jobContainer>>;
    const outcome = await fleet.deploy(manifest("2", [job()]), async (moment, { id }) => {
      if (moment === "intent") order.push(id);
      if (id === "web/job/migrate/run") config = await jobContainer(fleet);
    });
    expect(outcome).toMatchObject({ state: "live", release: 2 });
    expect(order.indexOf("web/job/migrate/run")).toBeLessThan(order.indexOf("web/create/1"));
    expect(order.indexOf("pull/web")).toBeLessThan(order.indexOf("web/job/migrate/create"));
    const { image } = webService("2");
    expect(config?.config).toMatchObject({
      Image: `${image.repository}@${image.digest}`,
      Cmd: ["node", "migrate.js"],
      HostConfig: { RestartPolicy: { Name: "no" } },
    });
    expect(JSON.stringify(config?.config.NetworkingConfig ?? {})).not.toContain("seaworthy-ingress");
    expect(starts(fleet, NAME)).toBe(1);
    expect(await jobContainer(fleet)).toBeUndefined();
    expect(await stand(fleet)).toEqual(NEW);
  });

  test("a status other than 0 takes the release back, with its last words", async () => {
    const fleet = await site({ [NAME]: { afterMs: 500, code: 3 } });
    expect(await fleet.deploy(manifest("2", [job()]))).toMatchObject({
      state: "reverted",
      because: {
        code: "RELEASE_NOT_LIVE",
        message: `the job ${NAME} ended with status 3`,
        problems: [`last log lines of ${NAME}:`, `  ${NAME} says hello`],
      },
    });
    expect(await stand(fleet)).toEqual(OLD);
    expect(await jobContainer(fleet)).toBeUndefined();
  });

  test("one that does not end is stopped at its deadline", async () => {
    const fleet = await site({});
    expect(await fleet.deploy(manifest("2", [job({ timeoutMs: 4000 })]))).toMatchObject({
      state: "reverted",
      because: { message: `the job ${NAME} did not end within 4 s and was stopped` },
    });
    expect(await stand(fleet)).toEqual(OLD);
  });

  test("of a service that stops first it runs between the two, so that there is one writer", async () => {
    const fleet = createFleet();
    const db = (version: string) => manifestOf(`${version}.0.0`, [{ ...dbService(version), jobs: [job()] }]);
    fleet.ends = { "shop-db-r1-job-migrate": { afterMs: 100 }, "shop-db-r2-job-migrate": { afterMs: 100 } };
    await fleet.deploy(db("1"));
    let beside: readonly string[] = [];
    await fleet.deploy(db("2"), async (moment, { id }) => {
      if (moment === "intent" && id === "db/job/migrate/run") beside = await fleet.containers();
    });
    expect(beside).toEqual(["shop-db-r1-1 exited", "shop-db-r2-1 created"]);
  });

  test("a service that keeps its containers has nothing to run", async () => {
    const fleet = await site();
    await fleet.deploy(manifest("1", [job()]));
    expect(starts(fleet, NAME)).toBe(0);
  });

  test("of a service that is replaced a few at a time it runs before the first batch", async () => {
    const fleet = await site();
    const update = { parallelism: 1, delayMs: 0, monitorMs: 1000, maxFailureRatio: 0, failureAction: "rollback" } as const;
    const order: string[] = [];
    await fleet.deploy(manifest("2", [job()], { replicas: 2, update }), (moment, { id }) => {
      if (moment === "intent") order.push(id);
    });
    expect(order.filter((id) => /job\/.*run|create\/\d/.test(id))).toEqual(["web/job/migrate/run", "web/create/1", "web/create/2"]);
    expect(starts(fleet, NAME)).toBe(1);
  });
});

describe("after traffic", () => {
  test("it runs when the old one is gone", async () => {
    const fleet = await site();
    let seen: unknown;
    await fleet.deploy(manifest("2", [job({ when: "after-traffic" })]), async (moment, { id }) => {
      if (moment === "intent" && id === "web/job/migrate/run") seen = await stand(fleet);
    });
    expect(seen).toEqual(NEW);
  });
  test("its failure is told, and the release is live", async () => {
    const fleet = await site({ [NAME]: { afterMs: 100, code: 9 } });
    expect(await fleet.deploy(manifest("2", [job({ when: "after-traffic" })]))).toMatchObject({ state: "live" });
    using releases = fleet.open();
    expect(releases.journal.entries("shop", 2)).toContainEqual(
      expect.objectContaining({ kind: "done", step: "web/job/migrate/run", result: { failed: `the job ${NAME} ended with status 9` } }),
    );
  });
});

test("killed at any moment of a release with jobs, the next process runs none a second time", { timeout: 300_000 }, async () => {
  const v2 = manifest("2", [job(), job({ name: "warm", when: "after-traffic" })]);
  const ends = { [NAME]: { afterMs: 3000 }, "shop-web-r2-job-warm": { afterMs: 500 } };
  const whole = await site(ends);
  let moments = 0;
  await whole.deploy(v2, () => void (moments += 1));
  expect(moments).toBeGreaterThan(30);
  for (let at = 0; at < moments; at += 1) {
    const fleet = await site(ends);
    const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
    let seen = 0;
    void fleet.deploy(v2, () => {
      if (seen++ !== at) return undefined;
      reach();
      return new Promise(() => undefined);
    });
    await reached;
    using releases = fleet.open();
    expect(await releases.resume("shop")).toMatchObject({ state: "live", release: 2 });
    expect([starts(fleet, NAME), starts(fleet, "shop-web-r2-job-warm")], `moment ${at}`).toEqual([1, 1]);
    expect(await stand(fleet)).toEqual(NEW);
  }
});

test("an actor that dies while the job runs, and comes back when it has ended: not a second time", async () => {
  const fleet = await site({ [NAME]: { afterMs: 3000 } });
  const controller = new AbortController();
  {
    using releases = fleet.open();
    const dying = releases.deploy(manifest("2", [job({ timeoutMs: 60_000 })]), {
      why: "test",
      verified: [{ digest: webService("2").image.digest } as VerifiedDigest],
      evidence: [],
      signal: controller.signal,
      hook: async (moment, { id }) => {
        if (moment !== "intent" || id !== "web/job/migrate/run") return;
        await fleet.engine.containers.start(NAME);
        controller.abort(new SeaworthyError("INTERRUPTED", "gone"));
      },
    });
    await expect(dying).rejects.toMatchObject({ code: "INTERRUPTED" });
  }
  await fleet.clock.sleep(10_000);
  expect(await jobContainer(fleet)).toMatchObject({ state: "exited", exitCode: 0 });
  using releases = fleet.open();
  expect(await releases.resume("shop")).toMatchObject({ state: "live" });
  expect(starts(fleet, NAME)).toBe(1);
});

describe("going back", () => {
  test("runs no job, and says what it does not undo", async () => {
    const fleet = await site();
    await fleet.deploy(manifest("2", [job()]));
    using releases = fleet.open();
    const target = releases.rollbackTarget("shop");
    expect(target).toMatchObject({ release: 1, crosses: [{ release: 2, job: "web/migrate" }] });
    const plan = await releases.plan(manifest("2", [job(), job({ name: "again" })]), "rollback");
    expect(plan.steps.some(({ action }) => action.do === "run-job")).toBe(false);
  });
  test("a job of a release that was taken back counts: what it changed stays", async () => {
    const fleet = await site();
    fleet.silent = ["shop-web-r2-1"];
    expect(await fleet.deploy(manifest("2", [job()]))).toMatchObject({ state: "reverted" });
    fleet.silent = [];
    await fleet.deploy(manifest("3", []));
    using releases = fleet.open();
    expect(releases.rollbackTarget("shop").crosses).toEqual([{ release: 2, job: "web/migrate" }]);
  });
});
