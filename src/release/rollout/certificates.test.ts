import { expect, test } from "vitest";
import { certificateId } from "../../proxy/index.ts";
import type { Live } from "../live.ts";
import { manifestOf, webService } from "../test-data/manifests.ts";
import { planRolling } from "./rolling.ts";

const FILES = { certificate: "/tls/shop.crt", key: "/tls/shop.key" };
const live: Live = {
  platform: { os: "linux", architecture: "amd64" },
  containers: [],
  addressed: new Map(),
  takenSubnets: [],
  networks: new Set(),
  volumes: new Set(),
  backends: new Map(),
};
const steps = (certificates: readonly (typeof FILES)[], has: readonly string[] = [], direction: "update" | "rollback" = "update") =>
  planRolling(
    { ...manifestOf("1.0.0", [webService("1")]), ...(certificates.length === 0 ? {} : { certificates }) },
    { ...live, certificates: has },
    1,
    () => ({ config: { Image: "", Labels: {}, HostConfig: {} }, connect: [] }),
    direction,
  ).steps.filter(({ action }) => action.do.endsWith("-certificates") || action.do === "start-proxy");

test("files are read after the proxy runs and before a host leads to them; a way back does not fail at them", () => {
  expect(steps([FILES]).map(({ action }) => action)).toEqual([{ do: "start-proxy" }, { do: "install-certificates", files: [FILES] }]);
  expect(steps([FILES], [], "rollback").at(-1)?.action).toEqual({ do: "install-certificates", files: [FILES], lenient: true });
  expect(steps([]).map(({ id }) => id)).toEqual(["proxy"]);
});

test("what the release no longer names goes, at the end", () => {
  const own = certificateId("shop", FILES);
  expect(steps([FILES], [own]).map(({ id }) => id)).toEqual(["proxy", "certificates"]);
  expect(steps([FILES], [own, "shop.0123456789abcdef"]).map(({ id }) => id)).toEqual(["proxy", "certificates", "certificates/drop"]);
  expect(steps([], [own]).at(-1)?.action).toEqual({ do: "keep-certificates", files: [] });
});
