import { expect, test } from "vitest";
import { startGuarded } from "./guarded.fixture.ts";
import { originReader } from "./origin.ts";

const challenge = async (options: Parameters<typeof originReader>[0], headers: Readonly<Record<string, string>>): Promise<string> => {
  await using registry = await startGuarded({ origin: options });
  const answer = await registry.raw("GET", "/v2/", { headers });
  return String(answer.headers["www-authenticate"]).replaceAll(registry.running.address, "SELF");
};

test("the token service is where the client found the registry, or where it was told that it is", async () => {
  expect(await challenge({}, { host: "registry.example:5000" })).toContain('realm="http://registry.example:5000/token"');
  expect(await challenge({ publicUrl: "https://registry.example" }, { host: "10.0.0.1:5417" })).toBe(
    'Bearer realm="https://registry.example/token",service="registry.example"',
  );
});

test("a host that is none never comes back in an answer", async () => {
  for (const host of ['a"b', "a b", "user@evil.example", "evil.example/x", "a,b", "", "x".repeat(300)])
    expect(await challenge({}, { host }), host).toContain('realm="http://SELF/token"');
});

test("forwarding headers count from a trusted proxy only", async () => {
  const forwarded = { host: "inner:80", "x-forwarded-proto": "https", "x-forwarded-host": "registry.example" };
  expect(await challenge({}, forwarded)).toContain('realm="http://inner:80/token"');
  expect(await challenge({ trustedProxies: ["10.0.0.0/8"] }, forwarded)).toContain('realm="http://inner:80/token"');
  expect(await challenge({ trustedProxies: ["127.0.0.0/8"] }, forwarded)).toContain('realm="https://registry.example/token"');
  expect(await challenge({ trustedProxies: ["127.0.0.1"] }, { ...forwarded, "x-forwarded-proto": "javascript" })).toContain(
    'realm="http://registry.example/token"',
  );
});

test("the client's address is the last one that a trusted proxy vouches for; what the client wrote itself is not it", () => {
  const read = originReader({ trustedProxies: ["10.0.0.0/8", "fd00::/8"] });
  const address = (remoteAddress: string, forwarded?: string): string => {
    const request = {
      socket: { remoteAddress, localAddress: "10.9.9.9", localPort: 5000 },
      headers: { host: "x", ...(forwarded === undefined ? {} : { "x-forwarded-for": forwarded }) },
    };
    return read(request as unknown as Parameters<typeof read>[0]).address;
  };
  expect(address("192.0.2.1", "1.2.3.4")).toBe("192.0.2.1");
  expect(address("10.0.0.1", "1.2.3.4")).toBe("1.2.3.4");
  expect(address("::ffff:10.0.0.1", "1.2.3.4")).toBe("1.2.3.4");
  expect(address("fd00::1", "2001:db8::1")).toBe("2001:db8::1");
  expect(address("10.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.2")).toBe("1.2.3.4");
  expect(address("10.0.0.1", "6.6.6.6, nonsense")).toBe("10.0.0.1");
  expect(address("10.0.0.1")).toBe("10.0.0.1");
});

test.each(["registry.example", "https://registry.example/path", "ftp://x", "https://u@x", "https://x?y"])(
  "--public-url %s is refused",
  (publicUrl) => {
    expect(() => originReader({ publicUrl })).toThrow(/public address/);
  },
);
test.each(["10.0.0.0/33", "10.0.0.0/8/8", "proxy.example", "10.0.0.0/x", "::1/129"])("--trust-proxy %s is refused", (network) => {
  expect(() => originReader({ trustedProxies: [network] })).toThrow(/not an address or a network/);
});
