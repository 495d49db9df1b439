import { run } from "@stricli/core";
import { application } from "./app.ts";
import { processContext } from "./context.ts";

const main = async (): Promise<void> => {
  const { context, lastWords } = processContext();
  const args = process.argv.slice(2);
  await run(application, args, context);
  // Stricli's own failures (unknown command or flag, loader failed) come as negative numbers.
  const status = Number(process.exitCode ?? 0);
  if (status < 0) {
    const { usageFailure } = await import("./usage.ts");
    usageFailure(context, args, status, lastWords());
  }
};

// Not awaited: the bundle is CommonJS, which has no await at its top; a rejection ends the process all the same.
void main();
