import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { readProcesses } from "./master.ts";
import { createRuntime } from "./runtime.ts";

const root = mkdtempSync(join(tmpdir(), "sw-runtime-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

let number = 0;
const listen = async (answer: (command: string, socket: Socket) => void): Promise<string> => {
  number += 1;
  const path = join(root, `${number}.sock`);
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => undefined);
    let heard = "";
    socket.on("data", (chunk) => {
      heard += chunk.toString();
      if (heard.endsWith("\n")) answer(heard, socket);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return path;
};

const refusesWith = (words: string) => expect.objectContaining({ code: "PROXY_UNREACHABLE", message: expect.stringContaining(words) });

describe("a command", () => {
  test("is one line, and its whole answer comes back", async () => {
    const path = await listen((command, socket) => {
      socket.write(`heard ${command}`);
      setTimeout(() => socket.end("and more\n\n"), 20);
    });
    expect(await createRuntime(path)("show info")).toBe("heard show info\nand more\n\n");
  });

  test("that got no answer was not done: a socket that is being closed says nothing", async () => {
    const path = await listen((_, socket) => socket.end());
    await expect(createRuntime(path)("add server x")).rejects.toEqual(refusesWith("without an answer"));
  });

  test.each(["show proc", "@!17 show stat"])(
    "that only asks, as %s, is asked again when it was let go: the master is starting itself anew",
    async (command) => {
      let asked = 0;
      const path = await listen((_, socket) => {
        asked += 1;
        socket.end(asked === 1 ? "" : "answer\n\n");
      });
      expect(await createRuntime(path)(command)).toBe("answer\n\n");
      expect(asked).toBe(2);
    },
  );

  test.each([
    ["show stat", "# pxname,svname\nshop.web,r1", "# pxname,svname\nshop.web,r1-1\n\n"],
    ["@!17 show info", "Name: HAProxy\nPid: 17\n", "Name: HAProxy\nPid: 17\n\n"],
  ])("that only asks, as %s, is asked again when its answer breaks off", async (command, half, whole) => {
    let asked = 0;
    const path = await listen((_, socket) => {
      asked += 1;
      socket.end(asked === 1 ? half : whole);
    });
    expect(await createRuntime(path)(command)).toBe(whole);
  });

  test("that changes something and whose answer breaks off is not taken for done", async () => {
    const path = await listen((_, socket) => socket.end("New server"));
    await expect(createRuntime(path)("add server x")).rejects.toEqual(refusesWith("broke off"));
    const brief = await listen((_, socket) => socket.end("Server deleted.\n"));
    expect(await createRuntime(brief)("del server x")).toBe("Server deleted.\n");
  });

  test("whose connection was cut", async () => {
    const path = await listen((_, socket) => socket.destroy());
    await expect(createRuntime(path)("add server x")).rejects.toEqual(refusesWith(path));
  });

  test("that gets no answer in time names the command, but not all of it", async () => {
    const path = await listen(() => undefined);
    await expect(createRuntime(path, { timeoutMs: 100 })("set ssl cert secret")).rejects.toEqual(
      refusesWith('no answer to "set ssl" within 100 ms'),
    );
  });

  test("whose answer has no end is given up", async () => {
    const path = await listen((_, socket) => {
      const flood = (): void => {
        while (!socket.destroyed && socket.write(Buffer.alloc(1_000_000, "x")));
        if (!socket.destroyed) socket.once("drain", flood);
      };
      flood();
    });
    await expect(createRuntime(path)("show stat")).rejects.toEqual(refusesWith("too large"));
  });

  test("to nobody", async () => {
    await expect(createRuntime(join(root, "none.sock"), { connectWithinMs: 60 })("show info")).rejects.toEqual(refusesWith("ENOENT"));
  });

  test("waits for a listener that is only just not there, as a master that starts itself anew", async () => {
    const heard: string[] = [];
    const path = join(root, `${number + 1}.sock`);
    const asked = createRuntime(path)("show proc");
    await new Promise((resolve) => setTimeout(resolve, 200));
    await listen((command, socket) => {
      heard.push(command);
      socket.end("here\n\n");
    });
    expect(await asked).toBe("here\n\n");
    expect(heard).toEqual(["show proc\n"]);
  });

  test("that reached somebody is never sent twice", async () => {
    let heard = 0;
    const path = await listen((_, socket) => {
      heard += 1;
      socket.destroy();
    });
    await expect(createRuntime(path)("add server x")).rejects.toEqual(refusesWith(path));
    expect(heard).toBe(1);
  });
});

/** Captured from HAProxy 2.6.12's master socket. */
const PROCESSES = `#<PID>          <type>          <reloads>       <uptime>        <version>      
16763           master          1 [failed: 0]   0d00h00m01s     2.6.12-1+deb12u4
# workers
16801           worker          0               0d00h00m00s     2.6.12-1+deb12u4
# old workers
16779           worker          1               0d00h00m09s     2.6.12-1+deb12u4
16780           worker          2               0d00h01m09s     2.6.12-1+deb12u4
# programs

`;

test("the master's processes: the workers of today, and those of earlier configurations", async () => {
  expect(await readProcesses(async () => PROCESSES)).toEqual({ workers: [16_801], oldWorkers: [16_779, 16_780] });
  expect(await readProcesses(async () => "\n")).toEqual({ workers: [], oldWorkers: [] });
});
