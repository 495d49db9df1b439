import { expect, test } from "vitest";
import { isOtherStream } from "./modules.ts";

const MODULE_18 = { version: "1:18.12.1-2.module_el8.7.0+3501+f2f4f6a5", module: "nodejs:18" };
const PLAIN = { version: "1:16.20.2-3.el9_2" };
const of = (fixed: string | undefined, summary: string) => ({ fixed, summary });

test.each([
  ["a fix of its own stream", MODULE_18, of("1:18.14.2-2.module_el8.7.0+3501+f2f4f6a5", "Important: nodejs:18 security update"), false],
  ["a fix of another stream", MODULE_18, of("1:20.9.0-1.module_el8.9.0+3674+a80a78a6", "Important: nodejs:20 security update"), true],
  ["streams of a file with several", MODULE_18, of("1:18.20.4-1.module_el8", "Moderate: nodejs:20 and nodejs:18 security update"), false],
  ["another module's name says nothing of it", MODULE_18, of("3.3.1-2.module_el8.9.0+1", "Moderate: ruby:3.3 security update"), false],
  ["a fix of no module", MODULE_18, of("1:18.20.4-1.el8", "Important: nodejs security update"), true],
  [
    "a module's fix, of a package of none",
    PLAIN,
    of("1:18.14.2-2.module+el9.1.0+17933+1e9b9b5b", "Important: nodejs:18 security update"),
    true,
  ],
  ["a fix of none, of a package of none", PLAIN, of("1:16.20.2-4.el9_3", "Important: nodejs security update"), false],
  ["no fix", MODULE_18, of(undefined, "nodejs:20 will not be mended"), false],
  ["no label: by the version alone", { version: MODULE_18.version }, of("1:20.9.0-1.module_el8.9.0+1", "nodejs:20 security update"), false],
])("%s", (_, installed, advisory, expected) => {
  expect(isOtherStream(installed, advisory)).toBe(expected);
});
