/**
 * What a linter says of ten images, and what a trial of the same images shows (docs/guide/linter-and-trial.md): each is wrong, or right, in one way. Prints a table
 * in Markdown. Needs the engine and script/setup's bases; takes some five minutes.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");

const SERVER = `import { createServer } from "node:http";
const server = createServer((request, response) => response.end("ok\\n"));
server.listen(3000, () => console.log(JSON.stringify({ time: new Date().toISOString(), message: "listening" })));
`;
const STOPS = `for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, () => server.close(() => process.exit(0)));\n`;
const ASKS = `fetch("http://127.0.0.1:3000/").then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1));\n`;

interface Case {
  readonly name: string;
  /** What is special about it, for the table. */
  readonly what: string;
  /** Items of the checklist that the linter is asked about. */
  readonly items: readonly string[];
  readonly trials: readonly string[];
  readonly user?: string;
  readonly command?: string;
  readonly server?: string;
  readonly health?: string;
  readonly healthcheck?: string;
  readonly service?: string;
}

const INIT = "    init: true\n";
const CASES: readonly Case[] = [
  {
    name: "shell-form",
    what: "`CMD node server.js`: a shell in front of the program",
    items: ["graceful-stop"],
    trials: ["stop-signal", "graceful-stop"],
    command: "node server.js",
  },
  {
    name: "shell-chain",
    what: "`CMD echo starting && node server.js`: a shell that stays",
    items: ["graceful-stop"],
    trials: ["stop-signal", "graceful-stop"],
    command: "echo starting && node server.js",
  },
  {
    name: "exec-deaf",
    what: "exec form, and a program without a handler for SIGTERM, as the first process",
    items: ["graceful-stop"],
    trials: ["stop-signal", "graceful-stop"],
    server: SERVER,
    service: "",
  },
  {
    name: "health-true",
    what: "a health check whose script always succeeds",
    items: ["healthcheck"],
    trials: ["fake-healthcheck", "frozen-healthcheck"],
    health: "process.exit(0);\n",
  },
  {
    name: "health-file",
    what: "a health check that looks for a file of the program",
    items: ["healthcheck"],
    trials: ["fake-healthcheck", "frozen-healthcheck"],
    health: `import { existsSync } from "node:fs";\nprocess.exit(existsSync("/tmp/up") ? 0 : 1);\n`,
    server: `import { writeFileSync } from "node:fs";\nwriteFileSync("/tmp/up", "");\n${SERVER}${STOPS}`,
  },
  {
    name: "no-reaper",
    what: "exec form without an init: node collects no orphans",
    items: ["reaps-zombies"],
    trials: ["reaping"],
    service: "",
  },
  {
    name: "drops-root",
    what: "no USER, and a program that gives its rights up at its start, under an init that does not",
    items: ["non-root"],
    trials: ["non-root"],
    user: "",
    server: `process.setgid(1000);\nprocess.setuid(1000);\n${SERVER}${STOPS}`,
  },
  {
    name: "log-file",
    what: "a log in a file inside the container",
    items: ["logs-stdout", "read-only-rootfs", "stateless"],
    trials: ["logs", "file-writes"],
    user: "",
    server: `import { appendFileSync } from "node:fs";\n${SERVER.replace('response.end("ok\\n")', '{ appendFileSync("/app/app.log", request.url + "\\n"); response.end("ok\\n"); }')}${STOPS}`,
  },
  {
    name: "debugger",
    what: "`node --inspect=0.0.0.0:9229`, `EXPOSE 3000`",
    items: ["narrow-ports"],
    trials: ["listening-ports"],
    command: `["node", "--inspect=0.0.0.0:9229", "server.js"]`,
  },
  {
    name: "right",
    what: "exec form, a handler, an init, a user, a health check that asks",
    items: ["graceful-stop", "healthcheck", "reaps-zombies", "non-root", "narrow-ports"],
    trials: ["stop-signal", "graceful-stop", "fake-healthcheck", "frozen-healthcheck", "reaping", "non-root", "listening-ports"],
  },
];

interface Finding {
  readonly rule: string;
  readonly item?: string;
  readonly path: string;
  readonly service?: string;
}
interface Tried {
  readonly subject: { readonly service: string };
  readonly trials: readonly { readonly id: string; readonly verdict: string; readonly because: string }[];
}

const folder = mkdtempSync(join(tmpdir(), "seaworthy-linter-"));
const write = (path: string, text: string): void => {
  mkdirSync(join(folder, path, ".."), { recursive: true });
  writeFileSync(join(folder, path), text);
};
const seaworthy = (args: readonly string[]): unknown => {
  const { stdout, stderr } = spawnSync(join(ROOT, "seaworthy"), [...args, "--json"], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, SEAWORTHY_STATE: join(folder, "state") },
    maxBuffer: 2 ** 26,
  });
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout);
};

try {
  for (const { name, command = '["node", "server.js"]', server = `${SERVER}${STOPS}`, health = ASKS, user = "USER node\n" } of CASES) {
    write(
      `${name}/Dockerfile`,
      `FROM node:24-bookworm-slim\nWORKDIR /app\nCOPY package.json server.js health.js ./\n${user.replace("node", "1000:1000")}EXPOSE 3000\nHEALTHCHECK --interval=2s --timeout=2s CMD ["node", "health.js"]\nCMD ${command}\n`,
    );
    write(`${name}/server.js`, server);
    write(`${name}/health.js`, health);
    write(`${name}/package.json`, `{"type":"module"}\n`);
    write(`${name}/.dockerignore`, "*\n!server.js\n!health.js\n!package.json\n");
  }
  write(
    "compose.yaml",
    `name: linter\nservices:\n${CASES.map(({ name, service = INIT }) => `  ${name}:\n    build: ${name}\n${service}    expose: ["3000"]\n`).join("")}`,
  );
  write(".gitignore", "state/\n");
  const { findings } = seaworthy(["check"]) as { readonly findings: readonly Finding[] };
  execFileSync(join(ROOT, "script/bases/repin"), [folder]);
  for (const args of [
    ["init", "-q"],
    ["add", "-A"],
    ["-c", "user.name=b", "-c", "user.email=b@localhost", "commit", "-qm", "bench"],
  ])
    execFileSync("git", args, { cwd: folder });
  const { services } = seaworthy(["trial", ...CASES.map(({ name }) => name)]) as { readonly services: readonly Tried[] };
  console.log("| image | the linter | the trial |\n| --- | --- | --- |");
  for (const { name, what, items, trials } of CASES) {
    const said = findings.filter((one) => items.includes(one.item ?? "") && (one.service === name || one.path === `${name}/Dockerfile`));
    const words = [...new Set(said.map(({ rule }) => `\`${rule}\``))].join(", ");
    const shown = services
      .find(({ subject }) => subject.service === name)
      ?.trials.filter(({ id }) => trials.includes(id))
      .map(({ id, verdict, because }) => `${verdict} \`${id}\`: ${because.replaceAll("|", "\\|")}`);
    console.log(`| **${name}**: ${what} | ${words === "" ? "nothing" : words} | ${(shown ?? ["not tried"]).join("<br>")} |`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
