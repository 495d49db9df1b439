/**
 * `checks-one-tool.ts TOOL FILE PASSES`: one tool, alone in this process, judges the files that FILE names (one a line), PASSES times over. The last line is JSON:
 * a pass's wall and CPU time, the first one with the compiling it causes; the tool's loading, not the process's; peak memory; findings; files it threw at.
 */
import { readFileSync } from "node:fs";
import { isTool, TOOLS } from "./checks-tools.ts";

const [tool = "", list = "", passes = "1"] = process.argv.slice(2);
if (!isTool(tool)) throw new Error(`there is no tool "${tool}"; there are: ${Object.keys(TOOLS).join(", ")}`);
const paths = readFileSync(list, "utf8").split("\n").filter(Boolean);

// What tools print is not measured by any, and is no figure.
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = () => true;

const started = performance.now();
const judge = await TOOLS[tool]();
const loadMs = performance.now() - started;
const times: { readonly wallMs: number; readonly cpuMs: number }[] = [];
let findings = 0;
let threw = 0;
for (let pass = 0; pass < Number(passes); pass++) {
  const cpu = process.cpuUsage();
  const start = performance.now();
  findings = 0;
  threw = 0;
  for (const path of paths)
    try {
      findings += await judge(path);
    } catch {
      threw += 1;
    }
  const { user, system } = process.cpuUsage(cpu);
  times.push({ wallMs: performance.now() - start, cpuMs: (user + system) / 1000 });
}
write(`${JSON.stringify({ loadMs, times, findings, threw, rssBytes: process.resourceUsage().maxRSS * 1024 })}\n`);
// Some tools keep timers or handles.
process.exit(0);
