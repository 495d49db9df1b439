import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { forgetSecrets, forTerminal, jsonForTerminal, redact, REDACTED, rememberSecret } from "./redact.ts";

describe("credentials by their shape", () => {
  test.each([
    ["postgres://app:hunter22@db:5432/shop", `postgres://app:${REDACTED}@db:5432/shop`],
    ["redis://:hunter22@cache", `redis://:${REDACTED}@cache`],
    ["\u001b[31mhttps://u:hunter22@h\u001b[0m", `\u001b[31mhttps://u:${REDACTED}@h\u001b[0m`],
    ["clone https://ghp_abcdef0123456789@github.com/acme/shop", `clone https://${REDACTED}@github.com/acme/shop`],
    ["Authorization: Bearer abc.def", `Authorization: ${REDACTED}`],
    ['{"authorization": "Basic YTpi", "host": "h"}', `{"authorization": "${REDACTED}", "host": "h"}`],
    ['{\\"x-registry-auth\\": \\"eyJ1\\", \\"a\\": 1}', `{\\"x-registry-auth\\": \\"${REDACTED}\\", \\"a\\": 1}`],
    ["Cookie: sid=1; b=2\nnext line", `Cookie: ${REDACTED}\nnext line`],
  ])("%s", (text, clean) => {
    expect(redact(text)).toBe(clean);
    expect(redact(clean)).toBe(clean);
  });

  test("however long they are", () => {
    expect(redact(`Authorization: Bearer ${"t".repeat(20_000)}`)).toBe(`Authorization: ${REDACTED}`);
    expect(redact(`amqp://u:${"p".repeat(20_000)}@h`)).toBe(`amqp://u:${REDACTED}@h`);
  });

  test("what is none stays readable", () => {
    const words = "GET http://10.209.0.2:3000/readyz (Host: shop.localhost) answered 503; ssh://git@host/x; mail ann@acme.example; a://b c";
    expect(redact(words)).toBe(words);
  });
});

describe("private keys", () => {
  const key = (kind: string): string =>
    `-----BEGIN ${kind}PRIVATE KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQ==\n-----END ${kind}PRIVATE KEY-----`;
  test.each(["", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED SIGSTORE "])("of kind %j go whole", (kind) => {
    expect(redact(`before\n${key(kind)}\nafter`)).toBe(`before\n${REDACTED}\nafter`);
  });
  test("a PGP block goes as well", () => {
    expect(redact("x -----BEGIN PGP PRIVATE KEY BLOCK-----\nabc\n-----END PGP PRIVATE KEY BLOCK----- y")).toBe(`x ${REDACTED} y`);
  });
  test("one that was cut off goes to the end of the text", () => {
    expect(redact(key("").slice(0, 45))).toBe(REDACTED);
  });
  test("two are two, and a certificate between them stays", () => {
    const certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----";
    expect(redact(`${key("")}\n${certificate}\n${key("EC ")}`)).toBe(`${REDACTED}\n${certificate}\n${REDACTED}`);
  });
});

describe("secrets that were read", () => {
  test("go wherever they stand, in JSON, a URL and base64 too", () => {
    rememberSecret('top"secret%1 \n');
    const forms = [
      'top"secret%1',
      JSON.stringify('top"secret%1'),
      encodeURIComponent('top"secret%1'),
      Buffer.from('top"secret%1').toString("base64"),
    ];
    for (const form of forms) expect(redact(`<${form}>`)).not.toMatch(/secret|dG9w/);
  });

  test("one inside another saves nothing of the longer one, in whatever order they came", () => {
    rememberSecret("marigold");
    rememberSecret("marigold-and-thistle");
    rememberSecret("old-thistle-marigold");
    expect(redact("a marigold-and-thistle b")).toBe(`a ${REDACTED} b`);
    expect(redact("a old-thistle-marigold-and-thistle b")).toBe(`a ${REDACTED} b`);
    expect(redact("marigoldmarigold")).toBe(REDACTED);
  });

  test("a pattern that matches a part of one does not save the rest", () => {
    rememberSecret("pa@ss:word@tail");
    expect(redact("postgres://u:pa@ss:word@tail@db/x")).toBe(`postgres://u:${REDACTED}@db/x`);
  });

  test("of several lines are met line by line", () => {
    rememberSecret("line-one-of-it\nline-two-of-it\nx\n");
    expect(redact("log: line-two-of-it")).toBe(`log: ${REDACTED}`);
    expect(redact("x marks")).toBe("x marks");
  });

  test("that are too short would blank ordinary words", () => {
    rememberSecret(" ab ");
    expect(redact("about")).toBe("about");
  });

  test("fuzz: none survives, wherever it is put and whatever stands around it", () => {
    const random = (bytes: number): string => randomBytes(bytes).toString("base64url");
    const glue = ["", " ", "\n", "@", ":", "://", "/", '"', "=", "Authorization: ", "-----BEGIN PRIVATE KEY-----", "https://u:", "x"];
    const pick = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)] ?? list[0]!;
    const secrets = Array.from({ length: 40 }, (_, index) => random(4 + (index % 20)));
    // Some are made of others.
    secrets.push(...secrets.slice(0, 10).map((one, index) => `${one}${pick(["", "@", "/", " "])}${secrets[index + 10] ?? ""}`));
    for (const secret of secrets) rememberSecret(secret);
    for (let round = 0; round < 3000; round += 1) {
      const text = Array.from({ length: 6 }, () => pick(glue) + pick([pick(secrets), random(5)]) + pick(glue)).join("");
      const clean = redact(text);
      expect(
        secrets.filter((secret) => clean.includes(secret)),
        text,
      ).toEqual([]);
    }
  });
});

describe("a megabyte of hostile text takes linear time", () => {
  const MB = 1_000_000;
  test.each([
    ["beginnings of keys", "-----BEGIN PRIVATE KEY-----"],
    ["almost beginnings of keys", "-----BEGIN AAAAAAAAAAAAAAAAAAAA"],
    ["schemes", "aaaaaaaaaaaaaaaaaaaa://b:"],
    ["schemes without an end", "a://"],
    ["headers", "authorization"],
    ["headers with room", "authorization \n"],
    ["one header with much room", " "],
    ["colons", ":"],
    ["at signs", "@"],
    ["one long word", "a"],
    ["digits and dots", "1."],
  ])("%s", (name, unit) => {
    const text = `${name.startsWith("one header") ? "authorization" : ""}${unit.repeat(Math.ceil(MB / unit.length))}`;
    const begun = performance.now();
    forTerminal(text);
    expect(performance.now() - begun).toBeLessThan(1500);
  });
});

test("nothing drives the terminal: escapes, bells, a line that overwrites itself, text that runs backwards", () => {
  expect(forTerminal("a\u001b[2Jb\u0007c\u009b31m")).toBe("a\u{FFFD}[2Jb\u{FFFD}c\u{FFFD}31m");
  expect(forTerminal("failed\rall is well")).toBe("failed\u{FFFD}all is well");
  expect(forTerminal("user\u202Egnp.exe \u2066x\u2069")).toBe("user\u{FFFD}gnp.exe \u{FFFD}x\u{FFFD}");
  expect(forTerminal("one\r\ntwo\tthree\n")).toBe("one\r\ntwo\tthree\n");
  expect(forTerminal("grüße 日本 🚢")).toBe("grüße 日本 🚢");
});

test("what was forgotten is an ordinary word again", () => {
  rememberSecret("ordinary");
  expect(redact("an ordinary word")).toBe(`an ${REDACTED} word`);
  forgetSecrets();
  expect(redact("an ordinary word")).toBe("an ordinary word");
});

test("a document as JSON: its words are clean at every depth, and nothing else of it is changed", () => {
  const document = { a: ["https://u:hunter22@h", { b: "x\u001b[2Jy", n: 1, none: null, left: undefined }], c: { toJSON: () => "\u0007" } };
  const clean = { a: [`https://u:${REDACTED}@h`, { b: "x\u{FFFD}[2Jy", n: 1, none: null }], c: "\u{FFFD}" };
  expect(jsonForTerminal(document)).toBe(JSON.stringify(clean));
  expect(jsonForTerminal(document, 2)).toBe(JSON.stringify(clean, undefined, 2));
});
