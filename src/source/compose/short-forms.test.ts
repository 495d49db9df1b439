import { describe, expect, test } from "vitest";
import { isHostPath, splitPort, splitVolume } from "./short-forms.ts";
import { didYouMean } from "./suggest.ts";

describe("ports", () => {
  test.each([
    ["80", { target: "80", protocol: "tcp" }],
    ["8080:80", { published: "8080", target: "80", protocol: "tcp" }],
    ["8080:80/UDP", { published: "8080", target: "80", protocol: "udp" }],
    ["127.0.0.1:8080:80", { host: "127.0.0.1", published: "8080", target: "80", protocol: "tcp" }],
    ["127.0.0.1::80", { host: "127.0.0.1", target: "80", protocol: "tcp" }],
    ["[::1]:8080:80", { host: "::1", published: "8080", target: "80", protocol: "tcp" }],
    ["::1:8080:80", { host: "::1", published: "8080", target: "80", protocol: "tcp" }],
    ["3000-3005", { target: "3000-3005", protocol: "tcp" }],
    ["w:x:y:z", undefined],
  ])("%s", (text, expected) => {
    expect(splitPort(text)).toEqual(expected);
  });
});

describe("volumes", () => {
  test.each([
    ["/data", { target: "/data", options: [] }],
    ["db:/data", { source: "db", target: "/data", options: [] }],
    ["./a:/b:ro,z", { source: "./a", target: "/b", options: ["ro", "z"] }],
    ["c:/data:ro", { source: "c", target: "/data", options: ["ro"] }],
    ["a:b:c:d", undefined],
    ["a:", undefined],
    ["", undefined],
  ])("%s", (text, expected) => {
    expect(splitVolume(text)).toEqual(expected);
  });
  test.each([
    ["./a", true],
    ["../a", true],
    ["/a", true],
    ["~/a", true],
    ["db", false],
    ["db_data", false],
  ])("%s is a path: %s", (text, expected) => {
    expect(isHostPath(text)).toBe(expected);
  });
});

describe("did you mean", () => {
  const known = ["image", "environment", "env_file", "cap_drop", "ports", "read_only"];
  test.each([
    ["imgae", "image"],
    ["enviroment", "environment"],
    ["readOnly", "read_only"],
    ["cap-drop", "cap_drop"],
    ["port", "ports"],
    ["env", "environment"],
    ["red_onyl", "read_only"],
    ["up", undefined],
    ["colour", undefined],
    ["x".repeat(10_000), undefined],
  ])("%s", (word, expected) => {
    expect(didYouMean(word, known)).toBe(expected);
  });
});
