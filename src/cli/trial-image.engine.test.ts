import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { exec, lastWords } from "../core/index.ts";
import { createDockerEngine } from "../engine/index.ts";

const NAME = `swt-trial-image-${process.pid}`;
const MAIN = join(import.meta.dirname, "main.ts");
let folder = "";

const run = (program: string, args: readonly string[]) =>
  exec(program, args, {
    timeoutMs: 200_000,
    cwd: folder,
    env: { ...process.env, SEAWORTHY_STATE: join(folder, "state"), XDG_CACHE_HOME: join(folder, "cache") },
  });
const done = async (program: string, args: readonly string[]): Promise<void> => {
  const result = await run(program, args);
  if (result.exitCode !== 0) throw new Error(`${program} ${args[0]} failed (${result.exitCode}): ${lastWords(result)}`);
};

/** Answers, and hears that it should end. */
const SERVER = `const server = require("node:http").createServer((request, response) => { console.log(JSON.stringify({ path: request.url })); response.end("ok"); });
server.listen(3000); process.on("SIGTERM", () => { server.close(() => process.exit(0)); setInterval(() => server.closeIdleConnections(), 50).unref(); });`;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "seaworthy-trial-image-"));
  mkdirSync(join(folder, "alone"));
  await done("docker", ["create", "--name", NAME, "seaworthy/nodejs:24"]);
  const changes = [`CMD ${JSON.stringify(["-e", SERVER])}`, "EXPOSE 3000", "USER 65532:65532"];
  await done("docker", ["commit", ...changes.flatMap((change) => ["--change", change]), NAME, `${NAME}:1.2.3`]);
  await done("docker", ["tag", `${NAME}:1.2.3`, `${NAME}:latest`]);
  await done("docker", ["rm", NAME]);
  await done("skopeo", ["copy", "-q", `docker-daemon:${NAME}:1.2.3`, "oci:layout:1.2.3"]);
  await done("skopeo", ["copy", "-q", `docker-daemon:${NAME}:1.2.3`, "oci-archive:image.tar"]);
  await done("gzip", ["-1", "image.tar"]);
}, 240_000);
afterAll(async () => {
  await exec("docker", ["image", "rm", "-f", `${NAME}:1.2.3`, `${NAME}:latest`]);
  rmSync(folder, { recursive: true, force: true });
});

interface Tried {
  readonly subject: { readonly reference?: string; readonly service?: string; readonly image: string };
  readonly at: string;
  readonly trials: readonly { readonly id: string; readonly verdict: string }[];
  readonly compose?: string;
}
interface Document {
  readonly code?: string;
  readonly message?: string;
  readonly hint?: string;
  readonly services: readonly Tried[];
  readonly images?: readonly Tried[];
  readonly notes?: readonly string[];
}

const trial = async (...args: readonly string[]) => {
  const { stdout, exitCode } = await run(process.execPath, [MAIN, "trial", ...args, "--level", "quick", "--json"]);
  return { exitCode, document: JSON.parse(stdout) as Document };
};
const verdicts = (tried: Tried | undefined) => Object.fromEntries((tried?.trials ?? []).map(({ id, verdict }) => [id, verdict]));

test(
  "an image of the engine: tried as a service that says nothing else, what is proposed as a compose file",
  { timeout: 200_000 },
  async () => {
    const { exitCode, document } = await trial(`${NAME}:1.2.3`);
    const [tried] = document.images ?? [];
    expect([exitCode, document.services, tried?.subject.reference]).toEqual([1, [], `${NAME}:1.2.3`]);
    expect(verdicts(tried)).toMatchObject({
      "non-root": "proven",
      "stop-signal": "proven",
      "listening-ports": "proven",
      "read-only-root": "disproved",
      "fake-healthcheck": "not-tried",
    });
    expect(tried?.compose).toMatch(
      new RegExp(`^services:\\n  ${NAME}:\\n    image: "${NAME}:1\\.2\\.3"\\n    read_only: true # measured: `),
    );
  },
);

test("a layout and an archive: loaded under a name of the trial's own, which is gone afterwards", { timeout: 200_000 }, async () => {
  const layout = await trial("layout", "--again");
  expect(verdicts(layout.document.images?.[0])).toMatchObject({ "non-root": "proven", "read-only-root": "disproved" });
  const archive = await trial("./image.tar.gz");
  // The very same image, known by its id: told, not tried again.
  expect(archive.document.images?.[0]?.at).toBe(layout.document.images?.[0]?.at);
  const tags = (await createDockerEngine().images.list()).flatMap((image) => image.tags);
  expect(tags.filter((tag) => tag.startsWith(`seaworthy-trial/image:${process.pid}`))).toEqual([]);
  expect(tags.some((tag) => tag.startsWith("seaworthy-trial/image:") && tag.endsWith("-image"))).toBe(false);
});

test(
  "a name that is a service and an image is the service, which is said; no project fetches what was mistyped",
  { timeout: 200_000 },
  async () => {
    writeFileSync(join(folder, "compose.yaml"), `services:\n  ${NAME}:\n    image: ${NAME}:1.2.3\n`);
    const both = await trial(NAME);
    expect(both.document.services.map(({ subject }) => subject.service)).toEqual([NAME]);
    expect(both.document.notes).toEqual([`${NAME} is taken for the service; for the image of that name: seaworthy trial ${NAME}:latest`]);
    const mistyped = await trial(`${NAME}x`);
    expect([mistyped.exitCode, mistyped.document.hint]).toEqual([2, expect.stringContaining(`Its services: ${NAME}.`)]);
    const fix = await trial(`${NAME}:1.2.3`, "--fix");
    expect([fix.exitCode, fix.document.code]).toEqual([2, "USAGE"]);
    rmSync(join(folder, "compose.yaml"));
  },
);

test("what is nowhere: exit 7 with the next step", { timeout: 200_000 }, async () => {
  const { exitCode, document } = await trial("127.0.0.1:9/nobody/web:1");
  expect([exitCode, document.code, document.message]).toEqual([
    7,
    "REGISTRY_UNREACHABLE",
    expect.stringMatching(/^the engine here has no image 127\.0\.0\.1:9\/nobody\/web:1; cannot pull /),
  ]);
  expect(document.hint).toContain("docker save -o image.tar REF");
});
