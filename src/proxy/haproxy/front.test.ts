import { expect, test } from "vitest";
import { backendOf } from "../test-data/backends.ts";
import { headerRules } from "./headers.ts";
import { bindLines, boundPorts } from "./listeners.ts";
import { owners, renderConfig } from "./render.ts";
import { redirectRules, renderRedirects, type ServedCertificate } from "./tls.ts";

const TLS = { port: 443, redirect: true };
const certificate = (names: readonly string[], project = "shop"): ServedCertificate => ({
  project,
  names,
  path: `/etc/seaworthy/certificates/${project}.pem`,
});
const web = (changes: Parameters<typeof backendOf>[2] = {}) =>
  backendOf("shop.web", ["r1-1"], { hosts: ["shop.example"], front: { tls: TLS }, ...changes });
const render = (backends: ReturnType<typeof backendOf>[], certificates: readonly ServedCertificate[], ipv6 = true) =>
  renderConfig({
    httpPorts: [80],
    backends,
    certificates,
    ipv6,
    structure: "x",
    configFolder: "/etc/seaworthy",
    socketFolder: "/run/seaworthy",
  });

test("without a certificate nothing of TLS is in the configuration", () => {
  expect(render([web()], [])).not.toMatch(/ssl|443|redirect/);
});

test("with one there is a port for TLS with HTTP/2, and what comes without TLS is sent there", () => {
  const lines = render([web()], [certificate(["shop.example"])])
    .split("\n")
    .map((line) => line.trim());
  expect(lines).toContain("bind :443 ssl crt-list /etc/seaworthy/certificates.list strict-sni alpn h2,http/1.1");
  expect(lines).toContain("bind :::443 v6only ssl crt-list /etc/seaworthy/certificates.list strict-sni alpn h2,http/1.1");
  expect(lines).toContain("ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets");
  expect(lines).toContain("http-request set-header X-Forwarded-Proto %[ssl_fc,iif(https,http)]");
  expect(lines.filter((line) => line.includes("redirect code 308"))).toHaveLength(2);
  expect(boundPorts(render([web()], [certificate(["shop.example"])], false))).toEqual([80, 443]);
});

test("only hosts that have a certificate are redirected, and only where that is wanted", () => {
  const redirects = (backends: ReturnType<typeof backendOf>[], ...certificates: ServedCertificate[]) =>
    renderRedirects(owners(backends), certificates);
  const hosts = ["shop.example", "www.shop.example", "plain.example"];
  expect(redirects([web({ hosts })], certificate(["shop.example", "*.shop.example"]))).toEqual({
    exact: "shop.example 443\nwww.shop.example 443\n",
    below: "",
  });
  expect(redirects([web({ front: { tls: { ...TLS, redirect: false } } })], certificate(["shop.example"])).exact).toBe("");
  expect(redirects([web({ front: {} })], certificate(["shop.example"])).exact).toBe("");
  // One that takes whatever comes is asked for the names of its own project's certificates.
  const any = web({ hosts: ["*"], front: { tls: { port: 8443, redirect: true } } });
  const api = backendOf("shop.api", ["r1-1"], { hosts: ["api.example"] });
  expect(redirects([any, api], certificate(["a.example", "api.example", "*.b.example"]), certificate(["c.example"], "blog"))).toEqual({
    exact: "a.example 8443\n",
    below: "b.example 8443\n",
  });
});

test("no rule for a map without lines, which HAProxy need not look into", () => {
  expect(redirectRules("/c", { exact: "", below: "" })).toEqual([]);
  expect(redirectRules("/c", { exact: "a 443\n", below: "" }).join("\n")).not.toContain("below");
});

test("headers are set where the application sets none, and values cannot leave their quotes", () => {
  const headers = {
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": `script-src 'self' "$HOME" 100%[uuid()]`,
    "Strict-Transport-Security": "max-age=1",
  };
  expect(headerRules({ headers, hide: ["Server"] }, false)).toEqual([
    "http-response del-header Server",
    'http-after-response add-header X-Frame-Options "DENY" if !{ res.hdr(X-Frame-Options) -m found }',
    String.raw`http-after-response add-header Content-Security-Policy "script-src 'self' \"\$HOME\" 100%%[uuid()]" if !{ res.hdr(Content-Security-Policy) -m found }`,
  ]);
  expect(headerRules({ headers }, true).at(-1)).toBe(
    'http-after-response add-header Strict-Transport-Security "max-age=1" if { ssl_fc } !{ res.hdr(Strict-Transport-Security) -m found }',
  );
});

test("a line each for IPv4 and IPv6, so that clients keep their own form of address", () => {
  expect(bindLines({ port: 80 }, true)).toEqual(["bind :80", "bind :::80 v6only"]);
  expect(bindLines({ port: 80 }, false)).toEqual(["bind :80"]);
});

test.each([
  ["a header with a line end", { headers: { "X-A": "1\nbind :1" } }],
  ["a header with a backslash", { headers: { "X-A": "\\" } }],
  ["a name that is none", { headers: { "X A": "1" } }],
  ["what frames an answer", { headers: { "Content-Length": "1" } }],
  ["a cookie", { hide: ["Set-Cookie"] }],
  ["a value that is too long", { headers: { "X-A": "a".repeat(801) } }],
  ["a port that is none", { tls: { port: 0, redirect: true } }],
])("refuses to be written with %s", (_, front) => {
  expect(() => render([web({ front })], [])).toThrow(expect.objectContaining({ code: "INPUT_INVALID" }));
});

test("no line is longer than HAProxy takes, whatever the header is", () => {
  const front = { headers: { [`X${"a".repeat(63)}`]: '"'.repeat(800) } };
  expect(
    Math.max(
      ...render([web({ front })], [])
        .split("\n")
        .map((line) => line.length),
    ),
  ).toBeLessThan(2048);
});
