import { expect, test } from "vitest";
import { digestOf } from "../core/index.ts";
import { TRIALS } from "./catalogue.ts";
import { grantedCapabilities } from "./capabilities.ts";
import { serviceSubject } from "./subject.fixture.ts";

const IMAGE = { id: digestOf("an image"), config: { env: [], labels: {}, exposedPorts: [], volumes: [] }, sizeBytes: 1 };

test.each(["effective-privileges", "dropped-capabilities", "no-new-privileges", "least-capabilities"])(
  "%s is not tried of what production runs as privileged: the lab does not, and would prove what is not so",
  async (id) => {
    const trial = TRIALS.find((one) => one.id === id);
    // None of these looks at the baseline to know whether it applies.
    const applies = async (service: object) => trial?.applies(await serviceSubject(IMAGE, service), {} as never);
    expect(await applies({ privileged: true })).toBe("production runs it as privileged, which a trial does not");
    expect(await applies({})).toBe(true);
  },
);

test("what is granted: the engine's own, less what is dropped, and what is added", () => {
  expect(grantedCapabilities({ capAdd: [], capDrop: [] })).toHaveLength(14);
  expect(grantedCapabilities({ capAdd: ["CAP_NET_ADMIN"], capDrop: ["all"] })).toEqual(["NET_ADMIN"]);
  expect(grantedCapabilities({ capAdd: [], capDrop: ["chown"] })).not.toContain("CHOWN");
});
