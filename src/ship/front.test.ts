import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { loadProject, type Project } from "../project/index.ts";
import { checkCertificates } from "./certificates.ts";
import { certificatesOf, frontOf } from "./front.ts";
import { makeCertificate } from "../../test/support/make-certificate.ts";

const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), "sw-front-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
};

const project = (
  route: string,
  { proxy = "{}", at = folder() }: { readonly proxy?: string; readonly at?: string } = {},
): Promise<Project> => {
  const text = `name: shop\nx-seaworthy:\n  proxy: ${proxy}\nservices:\n  web:\n    image: acme/web:1.2.3\n    x-seaworthy:\n      route: ${route}\n`;
  writeFileSync(join(at, "compose.yaml"), text);
  return loadProject({ folder: at, env: {} });
};

const front = async (route: string, proxy?: string) => {
  const loaded = await project(route, proxy === undefined ? {} : { proxy });
  const settings = loaded.services[0]?.settings.route;
  if (settings === undefined) throw new Error("it has no route");
  return frontOf(loaded, settings);
};

const SAFE = { "X-Content-Type-Options": "nosniff", "Referrer-Policy": "strict-origin-when-cross-origin" };
const TLS = "tls: {certificate: a.crt, key: a.key}";

test("headers that are safe for any application, and the user's word on each", async () => {
  expect(await front("{port: 80}")).toEqual({ headers: SAFE });
  expect(
    await front('{port: 80, headers: {referrer-policy: off, X-Content-Type-Options: "off", X-Frame-Options: DENY}, hideHeaders: [Server]}'),
  ).toEqual({
    headers: { "X-Frame-Options": "DENY" },
    hide: ["Server"],
  });
});

test("Strict-Transport-Security only where HTTP leads to HTTPS, and TLS only where there is a certificate", async () => {
  expect(await front(`{port: 80, ${TLS}}`)).toEqual({
    headers: { ...SAFE, "Strict-Transport-Security": "max-age=15552000" },
    tls: { port: 443, redirect: true },
  });
  expect(await front("{port: 80, tls: {redirect: false}}", "{https: 8443, certificates: [{certificate: a.pem, key: a.pem}]}")).toEqual({
    headers: SAFE,
    tls: { port: 8443, redirect: false },
  });
});

test("paths are the project's folder's, each pair once", async () => {
  const at = folder();
  const loaded = await project(`{port: 80, ${TLS}}`, {
    at,
    proxy: "{certificates: [{certificate: a.crt, key: a.key}, {certificate: /b.pem, key: /b.pem}]}",
  });
  expect(certificatesOf(loaded)).toEqual([
    { certificate: join(at, "a.crt"), key: join(at, "a.key") },
    { certificate: "/b.pem", key: "/b.pem" },
  ]);
});

test("pairs are judged before anything changes, each at its place", async () => {
  const at = folder();
  makeCertificate(at, "a", { names: ["shop.example", "*.shop.example"] });
  makeCertificate(at, "b", { names: ["other.example"] });
  const judged = async (route: string, proxy = "{}") => checkCertificates(await project(route, { at, proxy }), Date.now());
  const refused = async (route: string, proxy?: string): Promise<readonly string[]> => {
    try {
      await judged(route, proxy);
    } catch (error) {
      return (error as { readonly problems: readonly string[] }).problems;
    }
    return [];
  };
  expect(await judged(`{port: 80, hosts: [shop.example, www.shop.example], ${TLS}}`)).toEqual([]);
  expect(await judged(`{port: 80, ${TLS}}`), "one for any host").toEqual([]);
  expect(await refused(`{port: 80, hosts: [shop.example, other.example], ${TLS}}`)).toEqual([
    expect.stringMatching(
      /compose\.yaml:8:\d+: the certificate in \S+a\.crt is one for \*\.shop\.example, shop\.example, and not for other\.example$/,
    ),
  ]);
  expect(
    await refused(`{port: 80, hosts: [shop.example, other.example], ${TLS}}`, "{certificates: [{certificate: b.crt, key: b.key}]}"),
  ).toEqual([]);
  expect(await refused("{port: 80, hosts: [shop.example]}", "{certificates: [{certificate: b.crt, key: b.key}]}")).toEqual([
    expect.stringMatching(/compose\.yaml:3:\d+: .*is one for other\.example, and no service answers to that$/),
  ]);
  expect(
    await refused(
      "{port: 80, hosts: [shop.example], tls: {certificate: a.crt, key: b.key}}",
      "{certificates: [{certificate: none.crt, key: b.key}]}",
    ),
  ).toEqual([
    expect.stringMatching(/compose\.yaml:3:\d+: not found: read \S+none\.crt$/),
    expect.stringMatching(/compose\.yaml:8:\d+: the key in \S+b\.key is not that of the certificate in \S+a\.crt$/),
  ]);
  const ending = await project(`{port: 80, hosts: [shop.example], ${TLS}}`, { at });
  expect(checkCertificates(ending, Date.now() + 80 * 24 * 3600 * 1000)).toEqual([expect.stringContaining("ends in 9 days")]);
});
