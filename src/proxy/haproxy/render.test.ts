import { describe, expect, test } from "vitest";
import { FULL_TRAFFIC, NO_TRAFFIC } from "../../core/index.ts";
import { backendOf, serverOf } from "../test-data/backends.ts";
import { renderConfig, renderHosts, serverOptions } from "./render.ts";

const render = (changes: Partial<Parameters<typeof renderConfig>[0]> = {}): readonly string[] =>
  renderConfig({
    httpPorts: [80],
    backends: [],
    structure: "abc",
    configFolder: "/etc/seaworthy",
    socketFolder: "/run/seaworthy",
    ...changes,
  }).split("\n");

/** The lines of a section, without their indent. */
const section = (lines: readonly string[], head: string): readonly string[] => {
  const from = lines.indexOf(head);
  expect(from).toBeGreaterThanOrEqual(0);
  const length = lines.slice(from + 1).findIndex((line) => !line.startsWith("    "));
  return lines.slice(from + 1, length < 0 ? undefined : from + 1 + length).map((line) => line.trim());
};

describe("the configuration", () => {
  test("says which one it is, and keeps its sockets to its owner", () => {
    const lines = section(render(), "global");
    expect(lines).toContain("description seaworthy-abc");
    expect(lines).toContain("stats socket /run/seaworthy/admin.sock mode 600 level admin expose-fd listeners");
  });

  test("listens on every port asked for", () => {
    expect(section(render({ httpPorts: [80, 8080] }), "frontend http").filter((line) => line.startsWith("bind"))).toEqual([
      "bind :80",
      "bind :::80 v6only",
      "bind :8080",
      "bind :::8080 v6only",
    ]);
    expect(section(render({ httpPorts: [80], ipv6: false }), "frontend http").filter((line) => line.startsWith("bind"))).toEqual([
      "bind :80",
    ]);
  });

  test("retries only what never reached a server, and lets idle clients go after an answer", () => {
    const lines = section(render(), "defaults");
    expect(lines).toEqual(expect.arrayContaining(["retries 3", "option redispatch 1", "option idle-close-on-response"]));
    expect(lines.some((line) => line.startsWith("retry-on"))).toBe(false);
  });

  test("has a section for each backend: its check, and each server with its own", () => {
    const backend = backendOf("shop.web", [serverOf("r7-1"), serverOf("r8-1", NO_TRAFFIC, { address: "10.209.0.3", port: 8080 })], {
      check: { path: "/readyz?full=1", host: "shop.example" },
    });
    expect(section(render({ backends: [backend, backendOf("shop.api")] }), "backend shop.web")).toEqual([
      "balance leastconn",
      "option httpchk",
      "http-check send meth GET uri /readyz?full=1 ver HTTP/1.1 hdr Host shop.example hdr User-Agent seaworthy-check",
      "http-check expect status 200-399",
      "http-request lua.seaworthy_hold shop.web if { str(shop.web),map(/etc/seaworthy/hold.map) -m found }",
      "http-response set-nice 1 if { res.hdr(content-type) -m beg text/event-stream }",
      "server r7-1 10.209.0.2:3000 check inter 1s fastinter 250ms downinter 500ms rise 2 fall 3 weight 100",
      "server r8-1 10.209.0.3:8080 check inter 1s fastinter 250ms downinter 500ms rise 2 fall 3 weight 0",
    ]);
  });

  test("never judges a live server by fewer than three checks or closer than a second", () => {
    const line = section(render({ backends: [backendOf("shop.web", ["r1-1"])] }), "backend shop.web").at(-1) ?? "";
    expect(Number(/ inter (\d+)s /.exec(line)?.[1])).toBeGreaterThanOrEqual(1);
    expect(Number(/ fall (\d+) /.exec(line)?.[1])).toBeGreaterThanOrEqual(3);
  });

  test("without servers is what only a reload can change", () => {
    const lines = render({ backends: [backendOf("shop.web", ["r1-1"])], servers: false });
    expect(lines.some((line) => line.trim().startsWith("server "))).toBe(false);
    expect(lines).toContain("backend shop.web");
  });

  test("has no line longer than HAProxy takes (2048), whatever the backend is", () => {
    const host = `${"a".repeat(63)}.${"b".repeat(63)}.${"c".repeat(63)}.${"d".repeat(61)}`;
    const backend = backendOf(`shop.${"x".repeat(190)}`, ["r1-1"], { hosts: [host], check: { path: `/${"a".repeat(511)}`, host } });
    expect(Math.max(...render({ backends: [backend] }).map((line) => line.length))).toBeLessThan(2048);
  });

  test("refuses to be written with a backend that is more than itself", () => {
    const evil = backendOf("shop.web", [], { check: { path: "/x\n    server evil 192.0.2.1:80", host: "h" } });
    expect(() => render({ backends: [evil] })).toThrow(expect.objectContaining({ code: "INPUT_INVALID" }));
  });
});

describe("host names", () => {
  const fallback = (lines: readonly string[]): string | undefined =>
    lines.map((line) => /set-var\(txn.sw_backend\) .*hosts\.map,([^,)]+)\)$/.exec(line)?.[1]).find((found) => found !== undefined);

  test("a line each, in a stable order", () => {
    const backends = [
      backendOf("shop.web", [], { hosts: ["z.example", "a.example"] }),
      backendOf("shop.api", [], { hosts: ["m.example"] }),
    ];
    expect(renderHosts(backends)).toBe("a.example shop.web\nm.example shop.api\nz.example shop.web\n");
    expect(renderHosts(backends.toReversed())).toBe(renderHosts(backends));
    expect(renderHosts([])).toBe("");
  });

  test("what nobody claims goes to the one that takes the rest, else to a 404", () => {
    const all = backendOf("shop.web", [], { hosts: ["shop.example", "*"] });
    expect(fallback(render({ backends: [backendOf("shop.api"), all] }))).toBe("shop.web");
    expect(renderHosts([all])).toBe("shop.example shop.web\n");
    expect(fallback(render({ backends: [backendOf("shop.api")] }))).toBe("seaworthy_unclaimed");
    expect(section(render(), "backend seaworthy_unclaimed")[0]).toMatch(/^http-request return status 404 /);
  });

  test("a service put in another's place gets the host when it has traffic, not when it is declared", () => {
    const hosts = ["shop.example", "*"];
    const web = backendOf("shop.web", ["r7-1"], { hosts });
    for (const name of ["shop.aaa", "shop.zzz"]) {
      const owner = (servers: Parameters<typeof backendOf>[1]): string => renderHosts([web, backendOf(name, servers, { hosts })]);
      expect(owner([])).toBe("shop.example shop.web\n");
      expect(owner([serverOf("r8-1", NO_TRAFFIC)])).toBe("shop.example shop.web\n");
      expect(owner([serverOf("r8-1")])).toBe(`shop.example ${name}\n`);
      expect(fallback(render({ backends: [web, backendOf(name, ["r10-1"], { hosts })] }))).toBe(name);
    }
  });
});

test("a server that an earlier check let in is not judged by today's", () => {
  expect(serverOptions({ weight: FULL_TRAFFIC })).toMatch(/^check inter 1s .* weight 100$/);
  expect(serverOptions({ weight: FULL_TRAFFIC, check: { path: "/up", host: "shop.localhost" } })).toBe("weight 100");
});

test("where a next release is looked at takes no host name from a service that serves, whoever came last", () => {
  const hosts = ["preview.example"];
  const next = backendOf("shop.web:next", ["r9-1"], { hosts });
  const admin = backendOf("shop.admin", ["r1-1"], { hosts });
  expect(renderHosts([admin, next])).toBe("preview.example shop.admin\n");
  expect(renderHosts([next])).toBe("preview.example shop.web:next\n");
});
