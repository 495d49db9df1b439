import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { exec, lastWords } from "../core/index.ts";
import { tinyImage } from "../../test/support/tiny-image.ts";

const NAME = `swt-check-image-${process.pid}:1.2.3`;
const MAIN = join(import.meta.dirname, "main.ts");
let folder = "";

const run = async (program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  exec(program, args, { timeoutMs: 120_000, cwd: folder, env: { ...process.env, ...env } });
const done = async (program: string, args: readonly string[], env?: Readonly<Record<string, string>>): Promise<void> => {
  const result = await run(program, args, env);
  if (result.exitCode !== 0) throw new Error(`${program} ${args[0]} failed (${result.exitCode}): ${lastWords(result)}`);
};

const DOCKERFILE = (base: string): string => `FROM ${base}
ARG NPM_TOKEN
COPY id_ed25519 /root/.ssh/
COPY passwd /etc/passwd
RUN touch /opt.x && /bin/busybox chmod 4755 /opt.x
RUN /bin/busybox rm /root/.ssh/id_ed25519
ADD app.js /app/
RUN mkdir -p /app/.git && echo ref > /app/.git/HEAD
VOLUME /etc
USER root
`;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "seaworthy-check-image-"));
  mkdirSync(join(folder, "context"));
  writeFileSync(join(folder, "context/Dockerfile"), DOCKERFILE(await tinyImage()));
  writeFileSync(join(folder, "context/id_ed25519"), "-----BEGIN OPENSSH PRIVATE KEY-----\n");
  writeFileSync(join(folder, "context/passwd"), "root::0:0:root:/:/bin/sh\ntoor:x:0:0::/:/bin/sh\n");
  writeFileSync(join(folder, "context/app.js"), "1\n");
  // Of several clients on a machine not every one can build with BuildKit.
  const buildx = await run("docker", ["buildx", "version"]);
  await done(
    buildx.exitCode === 0 ? "docker" : "/usr/bin/docker",
    ["build", "-q", "-t", NAME, "--build-arg", "NPM_TOKEN=tok-0123456789", "context"],
    { DOCKER_BUILDKIT: "1" },
  );
  await done("docker", ["save", "-o", "image.tar", NAME]);
  await done("skopeo", ["copy", "-q", "docker-archive:image.tar", "oci:layout:1.2.3"]);
  await done("skopeo", ["copy", "-q", "docker-archive:image.tar", "oci-archive:oci.tar"]);
  await done("gzip", ["-k", "image.tar"]);
}, 240_000);

afterAll(async () => {
  await exec("docker", ["image", "rm", "-f", NAME]);
  rmSync(folder, { recursive: true, force: true });
});

interface Document {
  readonly schema: string;
  readonly code?: string;
  readonly message?: string;
  readonly hint?: string;
  readonly findings: readonly { readonly rule: string; readonly path: string; readonly message: string; readonly image?: object }[];
}

const check = async (image: string, env: Readonly<Record<string, string>> = {}) => {
  const { stdout, exitCode } = await run(process.execPath, [MAIN, "check", "--image", image, "--json"], env);
  const document = JSON.parse(stdout) as Document;
  return { exitCode, document, text: stdout, said: document.findings?.map(({ rule, path }) => `${rule} ${path.replace(image, "")}`) };
};

test("an image of this engine: its configuration, its history, its layers", async () => {
  const { exitCode, document, text, said } = await check(NAME);
  expect(exitCode).toBe(1);
  expect(document.schema).toBe("seaworthy/findings@1");
  expect(said).toEqual([
    "image/healthcheck ",
    "image/non-root ",
    "image/revision-label ",
    "image/system-volume ",
    "image/secret-in-image  history",
    "dockerfile/copy-not-add  history",
    "image/leftovers :/app/.git",
    "image/empty-password :/etc/passwd",
    "image/second-root :/etc/passwd",
    "image/raised-privileges :/opt.x",
    "image/credential-file :/root/.ssh/id_ed25519",
  ]);
  expect(text).toMatch(/a later layer deletes it, but the image still carries it/);
  expect(text).not.toContain("tok-0123");
}, 60_000);

test("the same as an archive, gzipped, as an OCI archive and as a layout", async () => {
  const { document } = await check(NAME);
  const known = document.findings.map(({ rule, path, message, image }) => [
    rule,
    path.replaceAll(NAME, "IMAGE"),
    message.replaceAll(NAME, "IMAGE"),
    image,
  ]);
  for (const form of ["image.tar", "image.tar.gz", "oci.tar", "layout", "layout:1.2.3"]) {
    const other = await check(form);
    expect(
      other.document.findings.map(({ rule, path, message, image }) => [
        rule,
        path.replaceAll(form, "IMAGE"),
        message.replaceAll(form, "IMAGE"),
        image,
      ]),
      form,
    ).toEqual(known);
  }
}, 120_000);

test("dockle's ignores are honoured", async () => {
  const { said } = await check("image.tar", { DOCKLE_IGNORES: "CIS-DI-0010,DKL-LI-0001,CIS-DI-0001" });
  expect(said?.filter((one) => /secret|credential|empty|non-root/.test(one))).toEqual([]);
}, 60_000);

test("what is not there is said with the next step", async () => {
  const file = await check("./none.tar");
  expect([file.exitCode, file.document.code]).toEqual([2, "INPUT_NOT_FOUND"]);
  const image = await check("127.0.0.1:1/none:1");
  expect([image.exitCode, image.document.code]).toEqual([7, "REGISTRY_UNREACHABLE"]);
  expect(image.document.message).toMatch(/the engine here does not have it/);
  expect(image.document.hint).toMatch(/docker save/);
  const bad = await check("Not A Name");
  expect([bad.exitCode, bad.document.code]).toEqual([2, "INPUT_INVALID"]);
}, 60_000);
