import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { loadProject } from "../../project/index.ts";
import type { Proposal } from "../trial.ts";
import { fixProposals, type ProposalFix } from "./fix.ts";

const roots: string[] = [];
afterAll(() => {
  for (const root of roots) rmSync(root, { recursive: true, force: true });
});

type Files = Readonly<Record<string, string>>;

/** What becomes of proposals for `web`, with the files in a folder of their own. */
const fix = async (
  files: Files,
  ...proposals: readonly (Proposal | readonly Proposal[])[]
): Promise<ProposalFix & { readonly text: (path?: string) => string }> => {
  const folder = mkdtempSync(join(tmpdir(), "sw-propose-"));
  roots.push(folder);
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
  const compose = Object.keys(files).filter((path) => !path.startsWith("."));
  const read = (replaced: ReadonlyMap<string, string>) =>
    loadProject({ folder, files: compose, env: { MEMORY: "32m" }, git: false, replaced });
  const result = await fixProposals(
    await read(new Map()),
    proposals.map((all) => ({ service: "web", proposals: [all].flat() })),
    read,
  );
  return { ...result, text: (path = "compose.yaml") => result.files.find((one) => one.path === path)?.after ?? `unchanged: ${path}` };
};

const propose = (path: string, value: Proposal["value"], because = "it was seen"): Proposal => ({ path: path.split("."), value, because });
const MEMORY = "deploy.resources.limits.memory";
const one = (service: string): Files => ({ "compose.yaml": `services:\n  web:\n    image: shop:1\n${service}` });
const outcomes = ({ proposals }: ProposalFix): readonly string[] =>
  proposals.map(({ outcome, why }) => (why === undefined ? outcome : `${outcome}: ${why}`));

describe("what is written", () => {
  test("each with its measurement, one after the other", async () => {
    const done = await fix(
      one("    # no more\n"),
      propose("read_only", true, "its requests were answered"),
      propose("tmpfs", ["/tmp:size=64m,mode=1777"]),
      propose(MEMORY, "96M", "at most 40 MB"),
      propose("memswap_limit", "96M"),
      propose("healthcheck.start_period", "6s"),
      propose("security_opt", ["no-new-privileges:true"]),
      propose("ulimits.nofile", 65536),
    );
    expect(outcomes(done)).toEqual(Array(7).fill("written"));
    expect(done.text()).toBe(`services:
  web:
    image: shop:1
    # no more
    read_only: true # measured: its requests were answered
    tmpfs: ["/tmp:size=64m,mode=1777"] # measured: it was seen
    deploy:
      resources:
        limits:
          memory: 96M # measured: at most 40 MB
    memswap_limit: 96M # measured: it was seen
    healthcheck:
      start_period: 6s # measured: it was seen
    security_opt: ["no-new-privileges:true"] # measured: it was seen
    ulimits:
      nofile: 65536 # measured: it was seen
`);
    expect(done.proposals[0]).toMatchObject({ service: "web", files: ["compose.yaml"] });
  });

  test("the words of a container cannot get out of their comment", async () => {
    const done = await fix(one(""), propose("init", true, "said\n    privileged: true\u001b[31m\u2028x"));
    expect(done.text()).toContain("init: true # measured: said privileged: true\u{FFFD}[31m\u{FFFD}x\n");
    expect(done.text().split("\n")).toHaveLength(5);
  });

  test("a limit that is too small, in the way it is written, and the swap that goes with it", async () => {
    expect((await fix(one("    mem_limit: 32m\n"), propose(MEMORY, "96M"))).text()).toContain("mem_limit: 96M # measured");
    const swap = await fix(one("    mem_limit: 32m\n    memswap_limit: 32m\n"), propose(MEMORY, "96M"), propose("memswap_limit", "32M"));
    expect(swap.text()).toMatch(/mem_limit: 96M # .*\n {4}memswap_limit: 96M # /);
    expect(outcomes(swap)).toEqual(["written", "already"]);
    const unsaid = await fix(one("    mem_limit: 32m\n"), propose(MEMORY, "96M"), propose("memswap_limit", "32M"));
    expect(unsaid.text()).toMatch(/mem_limit: 96M # .*\n {4}memswap_limit: 96M # /);
    const odd = await fix(one("    mem_limit: 100000k\n"), propose("memswap_limit", "97M"));
    expect(odd.text()).toContain("memswap_limit: 102400000b #");
    const both = await fix(one("    mem_limit: 32m\n    deploy: {resources: {limits: {memory: 32m}}}\n"), propose(MEMORY, "96M"));
    expect(both.text()).toMatch(/mem_limit: 96M # .*\n {4}deploy: \{resources: \{limits: \{memory: 96M\}\}\}\n/);
  });

  test("limits of open files as a pair", async () => {
    const done = await fix(one("    ulimits:\n      nofile: {soft: 256, hard: 512}\n"), propose("ulimits.nofile", 65536));
    expect(done.text()).toContain("nofile: {soft: 65536, hard: 65536}");
    const roomy = await fix(one("    ulimits:\n      nofile: {soft: 256, hard: 1048576}\n"), propose("ulimits.nofile", 65536));
    expect(roomy.text()).toContain("nofile: {soft: 65536, hard: 1048576}");
  });
});

describe("what is left alone", () => {
  test.each([
    ["    read_only: true\n", propose("read_only", true)],
    ["    cap_drop: [all]\n", propose("cap_drop", ["ALL"])],
    ["    cap_add: [CAP_CHOWN]\n", propose("cap_add", ["CHOWN"])],
    ["    security_opt: [no-new-privileges]\n", propose("security_opt", ["no-new-privileges:true"])],
    ["    tmpfs: /tmp\n", propose("tmpfs", ["/tmp:size=64m"])],
    ["    volumes: [{type: tmpfs, target: /tmp}]\n", propose("tmpfs", ["/tmp:size=64m"])],
    ["    mem_limit: 1g\n", propose(MEMORY, "96M")],
    ["    mem_limit: ${MEMORY}\n", propose(MEMORY, "32M")],
    ["    mem_limit: 64m\n    memswap_limit: 64m\n", propose("memswap_limit", "64M")],
    ["    healthcheck: {start_period: 30s}\n", propose("healthcheck.start_period", "6s")],
    ["    ulimits: {nofile: 65536}\n", propose("ulimits.nofile", 65536)],
    ["    stop_grace_period: 1m\n", propose("stop_grace_period", "20s")],
  ])("%j", async (service, proposal) => {
    const done = await fix(one(service), proposal);
    expect([outcomes(done), done.files]).toEqual([["already"], []]);
  });
});

describe("anchors, several files, and what cannot be", () => {
  test("what others share is not changed for one that was measured", async () => {
    const done = await fix(
      { "compose.yaml": "services:\n  web: &web\n    image: shop:1\n    init: false\n  worker:\n    <<: *web\n    command: [work]\n" },
      propose("init", true),
    );
    expect(outcomes(done)).toEqual(["refused: worker shares what would be changed, and was not measured"]);
    expect(done.files).toEqual([]);
  });

  test("what a merge key brings in is set for this service", async () => {
    const text =
      "x-base: &base\n  init: false\n  cap_drop: [NET_RAW]\nservices:\n  web:\n    <<: *base\n    image: shop:1\n  worker:\n    <<: *base\n    image: shop:1\n";
    const done = await fix({ "compose.yaml": text }, propose("init", true), propose("cap_drop", ["ALL"]));
    expect(done.text()).toBe(text.replace("image: shop:1\n  worker", "image: shop:1\n    init: true # measured: it was seen\n  worker"));
    expect(outcomes(done)).toEqual(["written", "refused: compose.yaml: services.web.cap_drop comes from an anchor on line 3"]);
    const shared = "x-deploy: &deploy {replicas: 2}\nservices:\n  web:\n    image: shop:1\n    deploy: *deploy\n";
    expect((await fix({ "compose.yaml": shared }, propose(MEMORY, "96M"))).text()).toBe(
      `${shared}    mem_limit: 96M # measured: it was seen\n`,
    );
  });

  test("of several files, the one that says it last is written into, what is new into the first", async () => {
    const done = await fix(
      {
        ".seaworthy.yaml": "services:\n  web:\n    trial: {level: quick}\n",
        "compose.yaml": "services:\n  web:\n    image: shop:1\n    init: false\n",
        "more.yaml": "services:\n  web:\n    init: false\n    mem_limit: 32m\n",
      },
      propose("init", true),
      propose(MEMORY, "96M"),
      propose("read_only", true),
    );
    expect(done.text("more.yaml")).toContain("init: true # measured: it was seen\n    mem_limit: 96M #");
    expect(done.text()).toBe("services:\n  web:\n    image: shop:1\n    init: false\n    read_only: true # measured: it was seen\n");
    expect(done.files.map(({ path }) => path)).toEqual(["compose.yaml", "more.yaml"]);
  });

  test("a file that says otherwise and wins", async () => {
    const done = await fix(
      { "compose.yaml": "services:\n  web:\n    image: shop:1\n", "more.yaml": "services:\n  web:\n    cap_drop: !reset []\n" },
      propose("cap_drop", ["ALL"]),
    );
    expect(outcomes(done)).toEqual(["refused: another file says otherwise and has the last word"]);
  });

  test("what one trial proposes is written whole or not at all", async () => {
    const text = "x-base: &base\n  cap_add: [CHOWN]\nservices:\n  web:\n    <<: *base\n    image: shop:1\n";
    const done = await fix({ "compose.yaml": text }, [propose("cap_drop", ["ALL"]), propose("cap_add", ["SETUID"])], propose("init", true));
    expect(outcomes(done)).toEqual([
      "refused: it goes with cap_add, which could not be written",
      "refused: compose.yaml: services.web.cap_add comes from an anchor on line 2",
      "written",
    ]);
    expect(done.text()).toBe(`${text}    init: true # measured: it was seen\n`);
  });

  test("what could not be read afterwards, a variable, and a field that is not known", async () => {
    const reserved = await fix(one("    mem_reservation: 200m\n"), propose(MEMORY, "96M"));
    expect(outcomes(reserved)).toEqual([expect.stringMatching(/^refused: the file could then not be read: .*reservation is above/)]);
    expect(outcomes(await fix(one("    mem_limit: ${MEMORY}\n"), propose(MEMORY, "96M")))).toEqual([
      "refused: compose.yaml: services.web.mem_limit is set by a variable, ${MEMORY}",
    ]);
    expect(outcomes(await fix(one(""), propose("colour", "blue")))).toEqual(["refused: colour is not among the fields that are written"]);
  });
});
