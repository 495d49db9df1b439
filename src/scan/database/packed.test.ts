import { expect, test } from "vitest";
import { pack, type StoredAffected, unpack } from "./packed.ts";

const FORMS: readonly (readonly [StoredAffected, string])[] = [
  [{ intervals: [{ fixed: "1.2-3" }], versions: [] }, '[7,[[0,"1.2-3"]]]'],
  [{ intervals: [{}], versions: [] }, "[7,[[]]]"],
  [{ intervals: [{ introduced: "1", lastAffected: "2" }, { limit: "3" }], versions: [] }, '[7,[["1",0,"2"],[0,0,0,"3"]]]'],
  [{ intervals: [], versions: ["0", ""] }, '[7,[],["0",""]]'],
  [{ intervals: [{ introduced: "", fixed: "" }], versions: [], state: "wont-fix" }, '[7,[["",""]],[],"wont-fix"]'],
  [
    { intervals: [{ fixed: "1" }], versions: [], severities: [{ rating: "low", written: "minor" }] },
    '[7,[[0,"1"]],[],0,[{"rating":"low","written":"minor"}]]',
  ],
];

test.each(FORMS)("%j is packed as %s and comes back", (affected, text) => {
  expect(pack(7, affected)).toBe(text);
  expect(unpack(`[${text},${text}]`)).toEqual([
    { n: 7, affected },
    { n: 7, affected },
  ]);
});
