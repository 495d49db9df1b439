import { execFileSync } from "node:child_process";
import { copyFileSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { expect, test } from "vitest";
import { temporaryFolder } from "../registry.fixture.ts";
import { startRegistry } from "../serve.ts";
import { readTls, reloadTls } from "./tls.ts";

const makePair = (folder: string, name: string): { readonly certificate: string; readonly key: string } => {
  const [certificate, key] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)];
  const subject = ["-subj", `/CN=${name}`, "-addext", "subjectAltName=IP:127.0.0.1"];
  execFileSync(
    "openssl",
    [
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
      "-days",
      "2",
      "-keyout",
      key,
      "-out",
      certificate,
      ...subject,
    ],
    { stdio: "ignore" },
  );
  return { certificate, key };
};

const nameAt = (port: number, path = "/v2/"): Promise<{ readonly name: string; readonly status: number; readonly challenge: string }> =>
  new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port, path, rejectUnauthorized: false, agent: false }, (response) => {
      const { subject } = (response.socket as TLSSocket).getPeerCertificate();
      response
        .resume()
        .once("end", () =>
          resolve({ name: String(subject.CN), status: response.statusCode ?? 0, challenge: String(response.headers["www-authenticate"]) }),
        );
    });
    asked.once("error", reject).end();
  });

test("a renewed pair is taken into use without a restart; one that does not fit leaves the old one, and is said once", async () => {
  const folder = temporaryFolder();
  const files = makePair(folder, "first");
  const server = createServer(readTls(files), (_request, response) => void response.end("{}"));
  await new Promise<void>((done) => void server.listen(0, "127.0.0.1", () => done()));
  const { port } = server.address() as AddressInfo;
  const said: string[] = [];
  const reload = reloadTls(server, files, (level, words) => said.push(`${level} ${words}`));
  expect((await nameAt(port)).name).toBe("first");

  const second = makePair(folder, "second");
  copyFileSync(second.certificate, files.certificate);
  reload.look();
  reload.look();
  expect((await nameAt(port)).name).toBe("first");
  expect(said).toEqual([expect.stringContaining("warning the new certificate is not used")]);
  copyFileSync(second.key, files.key);
  reload.look();
  expect((await nameAt(port)).name).toBe("second");
  expect(said[1]).toContain("info a new certificate is in use, valid until");
  reload.close();
  server.close();
});

test("a registry over TLS tells its clients so; a pair that is none is refused at the start", async () => {
  const folder = temporaryFolder();
  const tls = makePair(folder, "registry");
  const options = { dataFolder: join(folder, "data"), listen: { host: "127.0.0.1", port: 0 }, open: true, log: () => undefined };
  const running = await startRegistry({ ...options, tls });
  const answer = await nameAt(Number(running.address.split(":")[1]));
  expect([answer.name, answer.status]).toEqual(["registry", 200]);
  await running.close();

  writeFileSync(join(folder, "not.pem"), "no certificate");
  await expect(startRegistry({ ...options, tls: { ...tls, certificate: join(folder, "not.pem") } })).rejects.toMatchObject({
    code: "INPUT_INVALID",
  });
  await expect(startRegistry({ ...options, tls: { ...tls, key: makePair(folder, "other").key } })).rejects.toMatchObject({
    code: "INPUT_INVALID",
  });
  await expect(startRegistry({ ...options, tls: { ...tls, key: join(folder, "none") } })).rejects.toMatchObject({
    code: "INPUT_NOT_FOUND",
  });
});
