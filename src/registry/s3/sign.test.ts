import { expect, test } from "vitest";
import { canonicalQuery, EMPTY_SHA256, percentEncoded, presigned, sha256Hex, signedHeaders, type Signing } from "./sign.ts";

/** Keys, times and signatures are those of "Authenticating Requests (AWS Signature Version 4)" in the S3 API reference. */
const EXAMPLE: Signing = {
  credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" },
  region: "us-east-1",
  at: new Date("2013-05-24T00:00:00Z"),
};
const HOST = "https://examplebucket.s3.amazonaws.com";

test.each([
  ["GET", "/test.txt", { range: "bytes=0-9" }, EMPTY_SHA256, "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"],
  [
    "PUT",
    `/${percentEncoded("test$file.text")}`,
    { date: "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY" },
    sha256Hex("Welcome to Amazon S3."),
    "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
  ],
  ["GET", `/?${canonicalQuery({ lifecycle: "" })}`, {}, EMPTY_SHA256, "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"],
  [
    "GET",
    `/?${canonicalQuery({ prefix: "J", "max-keys": "2" })}`,
    {},
    EMPTY_SHA256,
    "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
  ],
])("%s %s of the reference has the signature that the reference prints", (method, path, headers, payload, signature) => {
  const signed = signedHeaders(EXAMPLE, { method, url: new URL(HOST + path), headers, payload });
  expect(signed["authorization"]?.split("Signature=")[1]).toBe(signature);
  expect(signed["authorization"]).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE\/20130524\/us-east-1\/s3\/aws4_request,/);
});

test("the presigned address of the reference", () => {
  expect(presigned(EXAMPLE, new URL(`${HOST}/test.txt`), 86_400)).toBe(
    `${HOST}/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404`,
  );
});

test("a session's token is signed too, and a URL keeps what was encoded", () => {
  const credentials = { ...EXAMPLE.credentials, sessionToken: "session/token+value==" };
  const signed = signedHeaders(
    { ...EXAMPLE, credentials },
    { method: "GET", url: new URL(`${HOST}/a`), headers: {}, payload: EMPTY_SHA256 },
  );
  expect(signed["x-amz-security-token"]).toBe("session/token+value==");
  expect(signed["authorization"]).toContain("SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token,");
  expect(presigned({ ...EXAMPLE, credentials }, new URL(`${HOST}/a`), 60)).toContain("X-Amz-Security-Token=session%2Ftoken%2Bvalue%3D%3D");
  const awkward = "a b+c/é!'()*~";
  expect(new URL(`${HOST}/${percentEncoded(awkward)}`).pathname).toBe("/a%20b%2Bc%2F%C3%A9%21%27%28%29%2A~");
  // By name, not by the whole pair: "=" sorts behind "-".
  expect(canonicalQuery({ "a-b": "1", a: "2", "": "3" })).toBe("=3&a=2&a-b=1");
});
