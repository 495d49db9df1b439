import { run } from "@stricli/core";
import { application } from "./app.ts";
import { processContext } from "./context.ts";
import { EXIT_BUG } from "../core/errors.ts";

// Stricli's own failures (unknown command or flag, loader failed) come as negative numbers; the exit table knows 2 and 70.
const context = processContext();
await run(application, process.argv.slice(2), context);
const status = Number(process.exitCode ?? 0);
if (status < 0) process.exitCode = status <= -4 ? 2 : EXIT_BUG;
