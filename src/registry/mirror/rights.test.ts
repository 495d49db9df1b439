import { expect, test } from "vitest";
import { MEDIA } from "../../image/index.ts";
import { basic, startGuarded } from "../auth/guarded.fixture.ts";
import { smallManifest } from "../registry.fixture.ts";
import { scriptedUpstream } from "./scripted-upstream.fixture.ts";

test("who may pull from a mirror is decided by accounts here, under the name that it has here, whatever way it is asked for", async () => {
  const { bytes } = smallManifest("one");
  await using upstream = await scriptedUpstream((_request, response) => {
    response.writeHead(200, { "content-type": MEDIA.ociManifest, "content-length": bytes.length });
    response.end(bytes);
  });
  await using mirror = await startGuarded({ mirrors: [{ upstream: upstream.host, name: "up", listen: { host: "127.0.0.1", port: 0 } }] });
  const secret = mirror.users.addRobot("ci", [{ pattern: "mirror/up/team/**", actions: ["pull", "push", "delete"] }], undefined).secret;
  const status = async (path: string, name?: string, password = ""): Promise<number> =>
    (await mirror.raw("GET", path, name === undefined ? {} : { headers: { authorization: basic(name, password) } })).status;
  const team = "/v2/mirror/up/team/app/manifests/latest";
  // Bob may pull `team/**`, which is another name than `mirror/up/team/**`.
  expect([
    await status(team),
    await status(team, "bob", mirror.secrets["bob"]),
    await status(team, "nobody", mirror.secrets["nobody"]),
  ]).toEqual([401, 403, 403]);
  expect(await status(`/v2/team/app/manifests/latest?ns=${upstream.host}`, "bob", mirror.secrets["bob"])).toBe(403);
  expect(upstream.heard).toEqual([]);
  expect(await status(team, "ci", secret)).toBe(200);
  expect(await status(`/v2/team/app/manifests/latest?ns=${upstream.host}`, "ci", secret)).toBe(200);
  expect(await status("/v2/mirror/up/other/app/manifests/latest", "ci", secret)).toBe(403);
  expect((await fetch(`http://${mirror.running.mirrorAddresses.get(upstream.host)}/v2/team/app/manifests/latest`)).status).toBe(401);
  // The right to push there is a right to nothing.
  const put = await mirror.raw("PUT", team, {
    body: bytes,
    headers: { authorization: basic("ci", secret), "content-type": MEDIA.ociManifest },
  });
  expect([put.status, put.code]).toEqual([403, "DENIED"]);
  expect(upstream.heard.every(({ headers }) => headers.authorization === undefined)).toBe(true);
});
