import { expect, test } from "vitest";
import type { Clock } from "../../core/index.ts";
import type { Renewal } from "../../proxy/index.ts";
import { renewCertificates } from "./certificates.ts";

const of = (outcome: Renewal["outcome"], because?: string): Renewal => ({
  id: "shop.0123456789abcdef",
  project: "shop",
  files: { certificate: "/tls/shop.crt", key: "/tls/shop.key" },
  names: ["shop.example"],
  notBeforeMs: 0,
  notAfterMs: 1,
  state: "good",
  outcome,
  ...(because === undefined ? {} : { because }),
});

/** Looks once for each of these, then is told to end. */
const said = async (looks: readonly (readonly Renewal[] | Error)[]): Promise<readonly string[]> => {
  const ending = new AbortController();
  const words: string[] = [];
  let at = 0;
  const clock: Clock = {
    now: () => 0,
    elapsed: () => 0,
    sleep: async () => {
      if (at >= looks.length) ending.abort();
    },
  };
  const renew = async (): Promise<readonly Renewal[]> => {
    const look = looks[at++] ?? [];
    if (look instanceof Error) throw look;
    return look;
  };
  const certificates = { list: () => [], install: async () => [], keepOnly: async () => undefined, renew };
  await renewCertificates(
    { proxy: { certificates }, clock, say: (project, text) => words.push(`${project ?? "-"}: ${text}`) },
    ending.signal,
  );
  return words;
};

test("what was renewed is said, what stays is not", async () => {
  expect(await said([[of("same")], [of("renewed")], [of("same")]])).toEqual([
    "shop: the certificate of shop.example was renewed and is served",
  ]);
});

test("a pair that is half written is no news; one that stays so is, once", async () => {
  expect(await said([[of("refused", "the key is not its own")], [of("renewed")]])).toHaveLength(1);
  const bad = [of("refused", "the key is not its own")];
  expect(await said([bad, bad, bad, bad])).toEqual(["shop: the certificate of shop.example stays as it is: the key is not its own"]);
});

test("a proxy that does not answer ends nothing, and is said once", async () => {
  const gone = new Error("HAProxy does not answer");
  expect(await said([gone, gone, [of("renewed")]])).toEqual([
    "-: certificates could not be looked at: HAProxy does not answer",
    "shop: the certificate of shop.example was renewed and is served",
  ]);
});
