import { lookAt } from "../lab/processes.ts";
import { ask } from "../smoke/request.ts";
import type { Trial } from "../trial.ts";

const MOST_LINES = 10_000;

export const secretLeaks: Trial = {
  id: "secret-leaks",
  items: ["runtime-secrets"],
  level: "quick",
  summary: "The credentials that it is given are in none of its logs, command lines and answers.",
  why: "A password in a log goes wherever logs go, and stays there. One in a command line is shown to every process beside it. The file it came from can be as well kept as it likes.",
  method:
    "The lab makes up every credential in its environment and its secret files. These values are looked for in what it logs from its start through its requests, in the command lines of its processes, and in its answers.",
  source: "https://cheatsheetseries.owasp.org/cheatsheets/Logging_Cheat_Sheet.html#data-to-exclude",
  applies: () => true,
  run: async (lab, { running, smoke }) => {
    const { secrets } = lab;
    if (secrets.length === 0) return { state: "not-tried", because: "it is given no credentials, in its environment or in files" };
    const has = (text: string): boolean => secrets.some((secret) => text.includes(secret));
    let lines = 0;
    let leaking = 0;
    // As it was said: what is shown has credentials in addresses taken out.
    for await (const line of lab.engine.containers.logs(running.name, { tail: MOST_LINES })) {
      lines += 1;
      if (has(line)) leaking += 1;
    }
    const { processes } = await lookAt(await running.probe(), { raw: true });
    const shown = processes.filter(({ command }) => has(command));
    const answers: string[] = [];
    for (const request of smoke.requests) {
      const { body = "" } = await ask(() => running.dial(request.port), request, { raw: true });
      if (has(body)) answers.push(`${request.method} ${request.path}`);
    }
    const measured = { secrets: secrets.length, lines, linesWithOne: leaking, processesWithOne: shown.length, answersWithOne: answers };
    const faults = [
      ...(leaking > 0 ? [`in ${leaking} of ${lines} lines of its log`] : []),
      ...(shown.length > 0 ? [`in the command line of ${shown.map(({ name }) => name).join(", ")}`] : []),
      ...(answers.length > 0 ? [`in its answer to ${answers.join(", ")}`] : []),
    ];
    if (faults.length > 0)
      return { state: "disproved", because: `one of the ${secrets.length} credentials that it is given is ${faults.join(", ")}`, measured };
    return {
      state: "proven",
      because: `none of the ${secrets.length} credentials that it is given is in ${lines} lines of its log, ${processes.length} command lines or ${smoke.requests.length} answers`,
      measured,
      unless: "what only an error, or another request, would log is not seen",
    };
  },
};
