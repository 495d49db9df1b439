import { expect, test } from "vitest";
import { disguised, dummySecret } from "./disguise.ts";

test("the same credential becomes the same made-up one in every service, and nothing else changes", () => {
  const [web, db] = disguised(
    [
      { DATABASE_URL: "postgres://shop:hunter2-real@db:5432/shop", PORT: "3000", TOKEN_TTL: "300", API_KEY: "k-1234567890" },
      { POSTGRES_PASSWORD: "hunter2-real", POSTGRES_PASSWORD_FILE: "/run/secrets/db", POSTGRES_USER: "shop" },
    ],
    "run",
  );
  const password = db?.["POSTGRES_PASSWORD"] ?? "";
  expect(password).toMatch(/^[0-9a-f]{32}$/);
  expect(web?.["DATABASE_URL"]).toBe(`postgres://shop:${password}@db:5432/shop`);
  expect(web).toMatchObject({ PORT: "3000", TOKEN_TTL: "300" });
  expect(web?.["API_KEY"]).not.toContain("k-1234567890");
  expect(db).toMatchObject({ POSTGRES_PASSWORD_FILE: "/run/secrets/db", POSTGRES_USER: "shop" });
});

test("made-up secrets look like what their name says, and are the same within a run", () => {
  expect(dummySecret("tls_key", "run")).toContain("BEGIN PRIVATE KEY");
  expect(JSON.parse(dummySecret("service_account_json", "run"))).toEqual({});
  expect(dummySecret("db_password", "run")).toBe(dummySecret("db_password", "run"));
  expect(dummySecret("db_password", "run")).not.toBe(dummySecret("db_password", "other"));
});
