import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { shardOf } from "./advisories/ecosystem.ts";
import { ecosystemOf } from "./components.ts";
import { buildDatabase } from "./database/build.ts";
import { type Matcher, openMatcher } from "./match.ts";

const record = (id: string, affected: readonly (readonly [ecosystem: string, name: string, fixed?: string])[]): object => ({
  id,
  modified: "2026-01-01T00:00:00Z",
  affected: affected.map(([ecosystem, name, fixed]) => ({
    package: { ecosystem, name },
    ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, ...(fixed === undefined ? [] : [{ fixed }])] }],
  })),
});

const RECORDS = [
  record("UBUNTU-CVE-2024-0001", [
    ["Ubuntu:22.04:LTS", "ffmpeg"],
    ["Ubuntu:Pro:22.04:LTS", "ffmpeg", "7:4.4.2-0ubuntu0.22.04.1+esm5"],
  ]),
  record("UBUNTU-CVE-2024-0002", [
    ["Ubuntu:22.04:LTS", "ffmpeg", "7:4.4.2-0ubuntu0.22.04.1"],
    ["Ubuntu:Pro:22.04:LTS", "ffmpeg", "7:4.4.2-0ubuntu0.22.04.1"],
  ]),
  record("UBUNTU-CVE-2024-0003", [
    ["Ubuntu:22.04:LTS", "ffmpeg"],
    ["Ubuntu:Pro:22.04:LTS", "ffmpeg"],
  ]),
  // A release whose support has ended is told of under Pro alone.
  record("UBUNTU-CVE-2024-0004", [["Ubuntu:Pro:18.04:LTS", "openssl", "1.1.1-1ubuntu2.1~18.04.23+esm4"]]),
  // What everybody could have had while it was supported stands there too.
  record("UBUNTU-CVE-2024-0007", [["Ubuntu:Pro:18.04:LTS", "curl", "7.58.0-2ubuntu3.24"]]),
  record("UBUNTU-CVE-2024-0005", [
    ["Ubuntu:20.04:LTS", "openssl", "1.1.1f-1ubuntu2.20"],
    ["Ubuntu:Pro:FIPS:20.04:LTS", "openssl"],
    ["Ubuntu:Pro:FIPS-updates:20.04:LTS", "openssl", "1.1.1f-1ubuntu2.fips.20"],
  ]),
  record("UBUNTU-CVE-2024-0006", [["Ubuntu:Pro:FIPS-updates:20.04:LTS", "openssl", "1.1.1f-1ubuntu2.fips.30"]]),
  record("RHSA-2024:0001", [["Red Hat:enterprise_linux:9::baseos", "openssl", "1:3.0.7-25.el9_3"]]),
  record("RHSA-2024:0002", [["Red Hat:rhel_eus:9.2::baseos", "openssl", "1:3.0.7-18.el9_2"]]),
  record("RHSA-2024:0003", [["Red Hat:rhel_e4s:9.2::appstream", "openssl", "1:3.0.7-20.el9_2"]]),
  record("RHSA-2024:0004", [["Red Hat:rhel_els:7", "openssl", "1:1.0.2k-27.el7_9"]]),
  record("SUSE-SU-2024:1-1", [["SUSE:Linux Enterprise Server 15 SP3-LTSS", "openssl", "1.1.1d-150200.11.91.1"]]),
  record("ECHO-1", [["Echo", "bash", "5.2-2+e1"]]),
  record("OESA-2024-1", [["openEuler:24.03-LTS-SP1", "bash", "5.2-2.oe2403sp1"]]),
].map((one, index) => ({
  ...one,
  ...([7, 8].includes(index) ? { upstream: ["CVE-2024-1000"] } : index === 9 ? { upstream: ["CVE-2024-1001"] } : {}),
}));

const folder = mkdtempSync(join(tmpdir(), "seaworthy-extended-"));
let matcher: Matcher;
beforeAll(async () => {
  await buildDatabase(
    RECORDS.map((one) => ({ where: "records", text: JSON.stringify(one) })),
    folder,
  );
  matcher = openMatcher(folder);
});
afterAll(() => {
  matcher[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

const told = (ecosystem: string, name: string, version: string): readonly string[] | undefined =>
  matcher
    .match({ ecosystem, name, version })
    ?.map(({ id, state, fixed, extended }) =>
      [id.replace("CVE-2024-", ""), state, fixed, extended === undefined ? undefined : `${extended.stream}: ${extended.fixed}`]
        .filter(Boolean)
        .join(" "),
    );

describe("a fix that only a stream beside the release has", () => {
  test.each([
    [
      "told apart",
      "Ubuntu:22.04:LTS",
      "ffmpeg",
      "7:4.4.2-0ubuntu0.22.04.1",
      ["0001 extended Ubuntu Pro: 7:4.4.2-0ubuntu0.22.04.1+esm5", "0003 unfixed"],
    ],
    ["there already", "Ubuntu:22.04:LTS", "ffmpeg", "7:4.4.2-0ubuntu0.22.04.1+esm5", ["0003 unfixed"]],
    [
      "to be had, by whoever has others of it",
      "Ubuntu:22.04:LTS",
      "ffmpeg",
      "7:4.4.2-0ubuntu0.22.04.1+esm1",
      ["0001 fixed 7:4.4.2-0ubuntu0.22.04.1+esm5", "0003 unfixed"],
    ],
    [
      "of a release that has nothing else any more",
      "Ubuntu:18.04:LTS",
      "openssl",
      "1.1.1-1ubuntu2.1~18.04.23",
      ["0004 extended Ubuntu Pro: 1.1.1-1ubuntu2.1~18.04.23+esm4"],
    ],
    ["of such a release, which it still had for all", "Ubuntu:18.04:LTS", "curl", "7.58.0-2ubuntu3.8", ["0007 fixed 7.58.0-2ubuntu3.24"]],
    ["of certified modules, for those alone", "Ubuntu:20.04:LTS", "openssl", "1.1.1f-1ubuntu2.19", ["0005 fixed 1.1.1f-1ubuntu2.20"]],
    ["a certified module that has it", "Ubuntu:20.04:LTS", "openssl", "1.1.1f-1ubuntu2.fips.20", ["0006 fixed 1.1.1f-1ubuntu2.fips.30"]],
    [
      "Red Hat's minor release has it",
      "Red Hat:9",
      "openssl",
      "1:3.0.7-18.el9_2",
      ["1001 extended Red Hat's extended updates of 9.2: 1:3.0.7-20.el9_2"],
    ],
    [
      "Red Hat's minor release is behind",
      "Red Hat:9",
      "openssl",
      "1:3.0.7-16.el9_2",
      ["1000 fixed 1:3.0.7-25.el9_3", "1001 extended Red Hat's extended updates of 9.2: 1:3.0.7-20.el9_2"],
    ],
    ["another minor release's is not its", "Red Hat:9", "openssl", "1:3.0.7-18.el9_3", ["1000 fixed 1:3.0.7-25.el9_3"]],
    [
      "Red Hat's life after support",
      "Red Hat:7",
      "openssl",
      "1:1.0.2k-26.el7_9",
      ["RHSA-2024:0004 extended Red Hat's extended life cycle support: 1:1.0.2k-27.el7_9"],
    ],
    ["SUSE's", "SUSE:15.3", "openssl", "1.1.1d-150200.11.80.1", ["SUSE-SU-2024:1-1 extended SUSE LTSS: 1.1.1d-150200.11.91.1"]],
  ] as const)("%s", (_, ecosystem, name, version, expected) => {
    expect(told(ecosystem, name, version)).toEqual(expected);
  });
  test("an ecosystem without streams is as it was, and one that nobody speaks of stays so", () => {
    expect(told("Echo", "bash", "5.2-2")).toEqual(["ECHO-1 fixed 5.2-2+e1"]);
    expect(told("Ubuntu:16.04:LTS", "bash", "5")).toBeUndefined();
  });
});

test.each([
  [{ id: "ubuntu", version: "22.04", name: "" }, "Ubuntu:22.04:LTS"],
  [{ id: "ubuntu", version: "24.10", name: "" }, "Ubuntu:24.10"],
  [{ id: "openeuler", version: "24.03", name: "openEuler 24.03 (LTS-SP1)" }, "openEuler:24.03-LTS-SP1"],
  [{ id: "openeuler", version: "22.03", name: "openEuler 22.03 LTS" }, "openEuler:22.03-LTS"],
  [{ id: "openeuler", version: "23.09", name: "openEuler 23.09" }, undefined],
  [{ id: "minimos", version: "20250101", name: "" }, "MinimOS"],
  [{ id: "wolfi", name: "Wolfi" }, "Wolfi"],
  [{ id: "chainguard", version: "20230214", name: "" }, "Chainguard"],
  [{ id: "echo", version: "1", name: "" }, "Echo"],
  [{ id: "cleanstart", name: "" }, "CleanStart"],
  [{ id: "photon", version: "5.0", name: "" }, "Photon OS:5.0"],
  [{ id: "azurelinux", version: "3.0", name: "" }, "Azure Linux:3"],
  [{ id: "mariner", version: "2.0", name: "" }, "Azure Linux:2"],
  [{ id: "alpaquita", version: "stream", name: "" }, "Alpaquita:stream"],
  [{ id: "bellsoft-hardened-containers", version: "23", name: "" }, "BellSoft Hardened Containers:23"],
  [{ id: "sles", version: "15.6", name: "" }, "SUSE:15.6"],
  [{ id: "sle-micro", version: "5.5", name: "" }, "SUSE:Linux Enterprise Micro 5.5"],
  [{ id: "amzn", version: "2023", name: "Amazon Linux 2023" }, undefined],
  [{ id: "ol", version: "9.4", name: "Oracle Linux" }, undefined],
  [{ id: "fedora", version: "42", name: "Fedora" }, undefined],
  [{ id: "constructor", version: "1", name: "" }, undefined],
] as const)("%o is %s", (distribution, ecosystem) => {
  expect(ecosystemOf(distribution)).toBe(ecosystem);
});

test.each([
  ["Red Hat:enterprise_linux:9::appstream", "Red Hat:9"],
  ["Red Hat:enterprise_linux:10.1", "Red Hat:10"],
  ["Red Hat:rhel_eus:9.2::baseos", "Red Hat:9.2"],
  ["Red Hat:rhel_aus:8.4::appstream", "Red Hat:8.4"],
  ["Red Hat:rhel_tus:8.6::appstream", "Red Hat:8.6"],
  ["Red Hat:rhel_e4s:9.0::baseos", "Red Hat:9.0"],
  ["Red Hat:rhel_eus_long_life:8.4::baseos", "Red Hat:8.4"],
  ["Red Hat:enterprise_linux_eus:10.0", "Red Hat:10.0"],
  ["Red Hat:rhel_els:7", "Red Hat:7:els"],
  ["Red Hat:openshift:4.14::el9", "Red Hat:openshift:4.14::el9"],
  ["SUSE:Linux Enterprise Server 15 SP4", "SUSE:15.4"],
  ["SUSE:Linux Enterprise Server 15 SP4-LTSS", "SUSE:15.4:LTSS"],
  ["SUSE:Linux Enterprise Server 15 SP2-BCL", "SUSE:Linux Enterprise Server 15 SP2-BCL"],
  ["SUSE:Linux Enterprise Server 12 SP5-LTSS-Extended-Security", "SUSE:12.5:LTSS"],
  ["SUSE:Linux Enterprise Server 16.0", "SUSE:16.0"],
  ["SUSE:Linux Enterprise Module for Basesystem 15 SP6", "SUSE:15.6"],
  ["SUSE:Linux Enterprise Micro 5.5", "SUSE:Linux Enterprise Micro 5.5"],
  ["Ubuntu:Pro:22.04:LTS", "Ubuntu:Pro:22.04:LTS"],
] as const)("%s is kept as %s", (ecosystem, shard) => {
  expect(shardOf(ecosystem)).toBe(shard);
});
