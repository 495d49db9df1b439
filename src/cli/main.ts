import { run } from "@stricli/core";
import { application } from "./app.ts";
import { processContext } from "./context.ts";

// Stricli's own failures (unknown command or flag, loader failed) come as negative numbers; the exit table knows 2 and 70.
const context = processContext();
await run(application, process.argv.slice(2), context);
const status = Number(process.exitCode ?? 0);
if (status < 0) {
  const { ERRORS, EXIT_BUG } = await import("../core/index.ts");
  process.exitCode = status <= -4 ? ERRORS.USAGE.exit : EXIT_BUG;
}
