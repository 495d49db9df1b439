import { describe, expect, test } from "vitest";
import { backendOf } from "../test-data/backends.ts";
import { headerTimeoutMs, limitRules, maxConnections, renderLimits } from "./limits.ts";

const WEB = backendOf("shop.web", [], { limits: { bodyBytes: 1000, rate: { requests: 5, seconds: 10 }, perClient: 3, perReplica: 7 } });
const NEXT = backendOf("shop.web:next");
const rules = (name: string, ...backends: readonly (typeof WEB)[]): readonly string[] => limitRules(name, backends, "/c");

describe("limits", () => {
  test("are none where none are said", () => {
    const web = backendOf("shop.web");
    expect([rules("shop.web", web), renderLimits([web]), maxConnections("shop.web", [web]), headerTimeoutMs([web])]).toEqual([
      [],
      "",
      0,
      30_000,
    ]);
  });

  test("that can change without a reload stand in the map, and not in the rules", () => {
    const other = backendOf("shop.web", [], {
      limits: { bodyBytes: 2000, rate: { requests: 50, seconds: 10 }, perClient: 30, perReplica: 70 },
    });
    expect(rules("shop.web", other)).toEqual(rules("shop.web", WEB));
    expect(renderLimits([WEB])).toBe("shop.web:body 1000\nshop.web:rate 5\nshop.web:client 3\n");
    const slower = backendOf("shop.web", [], { limits: { rate: { requests: 5, seconds: 60 } } });
    expect(rules("shop.web", slower)).not.toEqual(
      rules("shop.web", backendOf("shop.web", [], { limits: { rate: { requests: 5, seconds: 10 } } })),
    );
  });

  test("hold for the next release too, whose clients are counted together with the stable one's", () => {
    const next = rules("shop.web:next", WEB, NEXT);
    expect(next.filter((rule) => rule.startsWith("stick-table"))).toEqual([]);
    expect(next).toContain("http-request track-sc2 src,ipmask(32,64) table shop.web");
    expect(next.slice(1)).toEqual(rules("shop.web", WEB, NEXT).slice(2));
    expect(maxConnections("shop.web:next", [WEB, NEXT])).toBe(7);
  });

  test("of the head's time are the longest that anybody asks for", () => {
    const asking = (name: string, headerMs: number) => backendOf(name, [], { limits: { timeouts: { headerMs } } });
    expect(headerTimeoutMs([asking("shop.a", 5000), asking("shop.b", 8000), backendOf("shop.c")])).toBe(8000);
  });
});
