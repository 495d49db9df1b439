import { createServer } from "node:net";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { createTimesCounter, followAnswerTimes, logOptions, timeIn } from "./access-log.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).toReversed()) await clean();
});

const line = (changes: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({ backend: "shop.web", queueMs: 0, connectMs: 1, answerMs: 12, ...changes });

describe("the time of a request", () => {
  test("runs from its head to the answer's, the wait for room included", () => {
    expect(timeIn(line({ queueMs: 300 }))).toEqual({ backend: "shop.web", ms: 313 });
  });
  test.each([
    ["nobody answered", line({ answerMs: -1 })],
    ["the line was cut", line().slice(0, -3)],
    ["it is another program's line", "Server shop.web/r1-1 is UP"],
    ["it is no object", "[1]"],
    ["its backend is none", line({ backend: 7 })],
  ])("is not known when %s", (_what, text) => {
    expect(timeIn(text)).toBeUndefined();
  });
});

describe("95 of 100", () => {
  const of = (times: readonly number[]) => {
    const counter = createTimesCounter();
    for (const ms of times) counter.add(ms);
    return counter.read();
  };
  test("is a time that a request took, not an average", () => {
    expect(of(Array.from({ length: 100 }, (_, index) => index + 1))).toEqual({ answers: 100, p95Ms: 95 });
    expect(of([...Array.from({ length: 94 }, () => 5), ...Array.from({ length: 6 }, () => 4000)])).toEqual({ answers: 100, p95Ms: 4000 });
    expect(of([...Array.from({ length: 95 }, () => 5), ...Array.from({ length: 5 }, () => 4000)])).toEqual({ answers: 100, p95Ms: 5 });
  });
  test("of nothing is nothing, and no time needs more room than another", () => {
    expect(of([])).toEqual({ answers: 0 });
    expect(of([10_000_000])).toEqual({ answers: 1, p95Ms: 120_000 });
  });
});

test("the line has nothing of a request that may be secret: no query, no header but the id", () => {
  const [format = ""] = logOptions(true);
  expect(format).toContain("field(1,?)");
  expect(format).not.toMatch(/%r\b|%HU|%HQ|%HP\b|%hr|capture\.req\.hdr|req\.hdr|req\.cook/);
});

/** Says these things to whoever connects, one after the other connection. */
const ring = async (...answers: readonly ((say: (text: string) => void, end: () => void) => void)[]): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), "sw-ring-"));
  const socket = join(folder, "admin.sock");
  let connections = 0;
  const server = createServer((connection) => {
    const answer = answers[Math.min(connections, answers.length - 1)];
    connections += 1;
    connection.on("error", () => undefined);
    connection.once("data", () =>
      answer?.(
        (text) => connection.write(text),
        () => connection.end(),
      ),
    );
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  cleanups.push(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return socket;
};

const until = async (holds: () => boolean): Promise<void> => {
  for (let tries = 0; tries < 500 && !holds(); tries += 1) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(holds()).toBe(true);
};

describe("the access log", () => {
  test("is told by side, in whatever pieces it comes, and followed again when HAProxy ends the connection", async () => {
    const lines = `${line()}\n${line({ backend: "shop.web:next", answerMs: 99 })}\n${line({ backend: "shop.website" })}\nrubbish\n`;
    const first = (say: (text: string) => void, end: () => void): void => {
      setTimeout(() => say(lines.slice(0, 50)), 150);
      setTimeout(() => say(lines.slice(50)), 200);
      setTimeout(end, 250);
    };
    const again = (say: (text: string) => void): void => void setTimeout(() => say(`${line()}\n`), 20);
    using times = await followAnswerTimes(await ring(first, again), "shop.web");
    await until(() => times.read().stable.answers === 2);
    expect(times.read()).toEqual({ stable: { answers: 2, p95Ms: 13 }, next: { answers: 1, p95Ms: 100 } });
  });

  test("that is not there is said at once", async () => {
    const none = await ring((say, end) => {
      say("No such event sink\n\n");
      end();
    });
    await expect(followAnswerTimes(none, "shop.web")).rejects.toMatchObject({ code: "PROXY_UNREACHABLE" });
    await expect(followAnswerTimes(join(tmpdir(), "nobody.sock"), "shop.web")).rejects.toMatchObject({ code: "PROXY_UNREACHABLE" });
  });
});
