import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { findEngineAddress, parseEngineAddress } from "./address.ts";

const home = mkdtempSync(join(tmpdir(), "swt-address-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

test("unix and tcp addresses, with docker's ports by default", () => {
  expect(parseEngineAddress("unix:///run/user/1000/docker.sock")).toEqual({
    url: "unix:///run/user/1000/docker.sock",
    socketPath: "/run/user/1000/docker.sock",
  });
  expect(parseEngineAddress("unix://").socketPath).toBe("/var/run/docker.sock");
  expect(parseEngineAddress("tcp://10.0.0.5:2375")).toEqual({ url: "tcp://10.0.0.5:2375", host: "10.0.0.5", port: 2375 });
  expect(parseEngineAddress("localhost:1234")).toMatchObject({ host: "localhost", port: 1234 });
  expect(parseEngineAddress("tcp://engine")).toMatchObject({ port: 2375 });
  expect(parseEngineAddress("tcp://engine:80")).toMatchObject({ port: 80 });
  expect(parseEngineAddress("tcp://engine", "/certs")).toMatchObject({ port: 2376, tlsFolder: "/certs" });
});

test("what cannot be used is refused with the way out", () => {
  expect(() => parseEngineAddress("ssh://deploy@a")).toThrow(
    expect.objectContaining({ code: "INPUT_INVALID", hint: expect.stringContaining("ssh -L") }),
  );
  expect(() => parseEngineAddress("tcp://user:pass@host:1")).toThrow(/credentials/);
  expect(() => parseEngineAddress("tcp://engine:2376")).toThrow(/DOCKER_CERT_PATH/);
  expect(() => parseEngineAddress("tcp://")).toThrow(/no host/);
});

test("DOCKER_HOST comes before DOCKER_CONTEXT, that before currentContext, that before the default", () => {
  const folder = join(home, ".docker");
  const meta = (name: string, host: string): void => {
    const place = join(folder, "contexts", "meta", createHash("sha256").update(name).digest("hex"));
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, "meta.json"), JSON.stringify({ Name: name, Endpoints: { docker: { Host: host } } }));
  };
  meta("lab", "tcp://10.1.1.1:2375");
  meta("desk", "unix:///desk.sock");
  writeFileSync(join(folder, "config.json"), JSON.stringify({ currentContext: "desk" }));
  expect(findEngineAddress({}, home).url).toBe("unix:///desk.sock");
  expect(findEngineAddress({ DOCKER_CONTEXT: "lab" }, home).url).toBe("tcp://10.1.1.1:2375");
  expect(findEngineAddress({ DOCKER_CONTEXT: "lab", DOCKER_HOST: "unix:///own.sock" }, home).url).toBe("unix:///own.sock");
  expect(findEngineAddress({ DOCKER_CONTEXT: "default" }, home).url).toBe("unix:///var/run/docker.sock");
  expect(() => findEngineAddress({ DOCKER_CONTEXT: "gone" }, home)).toThrow(expect.objectContaining({ code: "INPUT_NOT_FOUND" }));
  expect(findEngineAddress({ DOCKER_CONFIG: join(home, "nothing") }, join(home, "nobody")).url).toBe("unix:///var/run/docker.sock");
});
