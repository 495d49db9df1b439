import { expect, test } from "vitest";
import { secretInText } from "../source/secrets/index.ts";
import { maySpill } from "./context-secrets.ts";

const BODY = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ";

test.each([
  [`a\nkey = """-----BEGIN RSA PRIVATE KEY-----\n${BODY}`, 2, "a private key"],
  [`key: "-----BEGIN PRIVATE KEY-----\\n${BODY}"`, 1, "a private key"],
  ["url: amqp://shop:hV7kq2m@mq.acme.com/", 1, "a connection string with a password"],
  ['const apiToken = "q7Gd2LxW0aPz9RtYb4NkVe31";', 1, "apiToken, which looks random and is called a secret"],
  ["client-secret: 9f86d081884c7d659a2feaa0c55ad015", 1, "client-secret, which looks random and is called a secret"],
  ["token=ghp_q7Gd2LxW0aPz9RtYb4NkVe31q7Gd2LxW0aPz", 1, "a GitHub token"],
])("%j", (text, line, what) => expect(secretInText(text)).toMatchObject({ line, what }));

test.each([
  "if (text.includes('-----BEGIN PRIVATE KEY-----')) return true;",
  "url: postgres://shop:shop@db:5432/shop",
  "url: postgres://shop:hV7kq2m@localhost/shop",
  "url: postgres://shop:${PASSWORD}@db.acme.com/shop",
  "url: postgres://user:password@db.acme.com/shop",
  'password: "correct horse battery staple is long"',
  'sort_key = "createdAtDescendingThenById2"',
  'token = "your-token-goes-here-12345ABC"',
  'integrity: "sha512-q7Gd2LxW0aPz9RtYb4NkVe31q7Gd2LxW0aPz9RtYb4NkVe31"',
  "aws_access_key_id = AKIAIOSFODNN7EXAMPLE",
  "\0binary AKIAQ3EGT7JXK5PLMN2B",
])("%j holds none", (text) => expect(secretInText(text)).toBeUndefined());

test("where secrets are looked for", () => {
  expect(["src/a.ts", "config/prod.yaml", "app.env", "main.tf"].every(maySpill)).toBe(true);
  expect(["package-lock.json", "yarn.lock", "test/a.ts", "src/a.test.ts", "docs/a.yaml", "logo.png", "a.min.js"].some(maySpill)).toBe(
    false,
  );
});
