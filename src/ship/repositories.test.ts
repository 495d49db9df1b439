import { describe, expect, test } from "vitest";
import { formatReference } from "../core/index.ts";
import { baseName, repositoryOf } from "./repositories.ts";
import { startVoyage } from "./test-data/voyage.ts";

const repositories = async (compose: string, environment?: string): Promise<readonly string[]> => {
  const { voyage } = await startVoyage({
    files: {
      "compose.yaml": compose,
      Dockerfile: "FROM scratch\n",
      ...(environment === undefined ? {} : { [`compose.${environment}.yaml`]: "services: {}\n" }),
    },
    ...(environment === undefined ? {} : { environment }),
  });
  return voyage.project.services.map((service) => formatReference(repositoryOf(voyage.project, service, "127.0.0.1:5417")));
};

describe("where a built image lives", () => {
  test("in the embedded registry, under the project and the service", async () => {
    expect(await repositories("services:\n  web: {build: .}\n  api: {build: .}\n")).toEqual([
      "127.0.0.1:5417/shop/web",
      "127.0.0.1:5417/shop/api",
    ]);
  });
  test("in every environment the same: one image for all of them", async () => {
    expect(await repositories("services:\n  web: {build: .}\n", "staging")).toEqual(["127.0.0.1:5417/shop/web"]);
  });
  test("where image: names it beside build:, without its tag", async () => {
    expect(await repositories("services:\n  web: {build: ., image: 'ghcr.io/acme/front:dev'}\n")).toEqual(["ghcr.io/acme/front"]);
  });
  test("in the project's registry, each under its own name when there are several", async () => {
    const settings = "x-seaworthy: {registry: {repository: ghcr.io/acme/shop}}\n";
    expect(await repositories(`services:\n  web: {build: .}\n${settings}`)).toEqual(["ghcr.io/acme/shop"]);
    expect(await repositories(`services:\n  web: {build: .}\n  api: {build: .}\n${settings}`)).toEqual([
      "ghcr.io/acme/shop-web",
      "ghcr.io/acme/shop-api",
    ]);
    // One that has a name of its own does not make them several.
    expect(await repositories(`services:\n  web: {build: .}\n  api: {build: ., image: ghcr.io/acme/api}\n${settings}`)).toEqual([
      "ghcr.io/acme/shop",
      "ghcr.io/acme/api",
    ]);
  });
  test.each(["Web", "web_", "a.-b"])("a service called %s cannot name a repository, which is said with what to do", async (name) => {
    await expect(repositories(`services:\n  ${name}: {build: .}\n`)).rejects.toMatchObject({
      code: "INPUT_INVALID",
      message: expect.stringContaining(name),
      hint: expect.stringContaining(`services.${name}`),
    });
  });
});

test("only an environment that was chosen is taken off a project's name", () => {
  expect(baseName({ name: "shop-staging", environment: "staging" })).toBe("shop");
  expect(baseName({ name: "shop-staging" })).toBe("shop-staging");
  expect(baseName({ name: "shop", environment: "staging" })).toBe("shop");
});
