import { expect, test } from "vitest";
import { routeOf } from "./routes.ts";

const read = (line: string): string => {
  const [method = "", path = ""] = line.split(" ");
  const { kind, repository, reference, demand } = routeOf(method, path.split("/").slice(2));
  return [kind, repository, reference, demand.kind === "use" ? `${demand.action} ${demand.repository}` : demand.kind].join(" | ");
};

/** Every route and method, and the right it needs; what authorises and what handles are one reading. */
test.each([
  ["GET /v2/", "base |  |  | enter"],
  ["GET /v2/_catalog", "catalog |  |  | list"],
  ["GET /v2/a/b/manifests/v1", "manifest | a/b | v1 | pull a/b"],
  ["HEAD /v2/a/manifests/v1", "manifest | a | v1 | pull a"],
  ["PUT /v2/a/manifests/v1", "manifest | a | v1 | push a"],
  ["DELETE /v2/a/manifests/v1", "manifest | a | v1 | delete a"],
  ["GET /v2/a/blobs/sha256:x", "blob | a | sha256:x | pull a"],
  ["HEAD /v2/a/blobs/sha256:x", "blob | a | sha256:x | pull a"],
  ["DELETE /v2/a/blobs/sha256:x", "blob | a | sha256:x | delete a"],
  ["POST /v2/a/blobs/uploads/", "uploads | a |  | push a"],
  ["POST /v2/a/blobs/uploads", "uploads | a |  | push a"],
  ["GET /v2/a/blobs/uploads/id", "upload | a | id | push a"],
  ["PATCH /v2/a/blobs/uploads/id", "upload | a | id | push a"],
  ["PUT /v2/a/blobs/uploads/id", "upload | a | id | push a"],
  ["DELETE /v2/a/blobs/uploads/id", "upload | a | id | push a"],
  ["GET /v2/a/tags/list", "tags | a |  | pull a"],
  ["GET /v2/a/referrers/sha256:x", "referrers | a | sha256:x | pull a"],
  ["GET /v2/foo/tags/list/manifests/x", "manifest | foo/tags/list | x | pull foo/tags/list"],
  ["GET /v2/blobs/uploads/manifests/x", "manifest | blobs/uploads | x | pull blobs/uploads"],
  ["GET /v2/a/manifests/b/tags/list", "tags | a/manifests/b |  | pull a/manifests/b"],
])("%s is %s", (line, expected) => {
  expect(read(line)).toBe(expected);
});

test.each([
  "POST /v2/a/manifests/v1",
  "PATCH /v2/a/manifests/v1",
  "OPTIONS /v2/a/manifests/v1",
  "PROPFIND /v2/a/manifests/v1",
  "constructor /v2/a/manifests/v1",
  "PUT /v2/a/blobs/sha256:x",
  "GET /v2/a/blobs/uploads/",
  "POST /v2/a/blobs/uploads/id",
  "DELETE /v2/a/tags/list",
  "POST /v2/_catalog",
  "DELETE /v2/",
])("%s reaches no handler", (line) => {
  expect(() => read(line)).toThrow(expect.objectContaining({ status: 405 }));
});

test.each(["GET /v2/a/../b/manifests/x", "GET /v2//a/manifests/x", "GET /v2/A/manifests/x", "GET /v2/manifests/x"])(
  "%s names no repository",
  (line) => {
    expect(() => read(line)).toThrow(
      expect.objectContaining({ status: expect.toSatisfy((status: number) => status === 400 || status === 404) }),
    );
  },
);
