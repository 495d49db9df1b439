import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { baseImages } from "./base-images.ts";

const NAME = "swt-bases:1.0.0";
const DOCKERFILE = `FROM scratch
ENV APP=/srv
USER 10001:10001
STOPSIGNAL SIGINT
SHELL ["/bin/bash", "-c"]
HEALTHCHECK --interval=7s --timeout=2s CMD ["/probe"]
ENTRYPOINT ["/app"]
EXPOSE 8080
`;

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "swt-bases-"));
  execFileSync("/usr/bin/docker", ["build", "-q", "-t", NAME, "-"], { input: DOCKERFILE, env: { ...process.env, DOCKER_BUILDKIT: "0" } });
});
afterAll(() => {
  execFileSync("/usr/bin/docker", ["rmi", "-f", NAME], { stdio: "ignore" });
  rmSync(folder, { recursive: true, force: true });
});

const ask = (reference: string, platform?: string, env = process.env) =>
  baseImages({ process: { stdout: { write: () => {} }, stderr: { write: () => {} }, env } }, false)(
    reference,
    platform,
    new AbortController().signal,
  );

test("the engine of this machine says how an image that it has is configured", async () => {
  expect(await ask(NAME)).toMatchObject({
    user: "10001:10001",
    stopSignal: "SIGINT",
    shell: ["/bin/bash", "-c"],
    healthcheck: { test: ["CMD", "/probe"], intervalNs: 7e9, timeoutNs: 2e9 },
    entrypoint: ["/app"],
    exposedPorts: ["8080/tcp"],
  });
  expect((await ask(NAME))?.env).toContain("APP=/srv");
});

test("for another platform than the one asked for it has none", async () => {
  const arch = process.arch === "x64" ? "amd64" : process.arch;
  expect(await ask(NAME, `linux/${arch}`)).toBeDefined();
  expect(await ask(NAME, "linux/s390x")).toBeUndefined();
});

test("what is not there, no engine, and names that are none are nothing known", async () => {
  expect(await ask("swt-bases:not-there")).toBeUndefined();
  expect(await ask("../../containers/json?x=")).toBeUndefined();
  expect(await ask(NAME, undefined, { DOCKER_HOST: `unix://${folder}/none.sock` })).toBeUndefined();
  expect(await ask(NAME, undefined, { DOCKER_HOST: "tcp://192.0.2.1:2375" })).toBeUndefined();
  expect(await ask(NAME, undefined, { DOCKER_HOST: "ssh://somewhere" })).toBeUndefined();
});
