import { forTerminal } from "../core/index.ts";
import type { Request, SaidByHand } from "../release/index.ts";
import { projectOf } from "./chosen-project.ts";
import type { Context } from "./context.ts";
import type { TrafficFlags } from "./flags.ts";
import { openHost } from "./host.ts";
import type { Outcome } from "./outcome.ts";

const WORDS: Readonly<Record<Request["word"], (said: SaidByHand) => string>> = {
  closed: ({ requests }) => `closed for maintenance${requests === 0 ? "" : `; ${requests} requests under way end as usual`}`,
  opened: () => "serves again",
  paused: ({ untilAt = 0 }) =>
    `new requests wait in the proxy, until seaworthy resume, or ${new Date(untilAt).toISOString()} at the latest`,
  resumed: ({ requests }) => `serves again; ${requests} requests were there`,
};

const ALREADY: Readonly<Record<Request["word"], string>> = {
  closed: "is closed for maintenance already",
  opened: "is not closed",
  paused: "waits already",
  resumed: "is not paused",
};

/** What a person does to the traffic of services, one after the other. */
export const sayOf = async (context: Context, flags: TrafficFlags, names: readonly string[], request: Request): Promise<Outcome> => {
  const project = await projectOf(context, flags);
  using host = await openHost(context, project);
  const { releases } = host;
  const services = releases.behindProxy(project.name, names);
  const schema = "seaworthy/traffic@1";
  if (flags.dryRun === true)
    return {
      exit: 0,
      human: services.map((service) => `${service}: would be ${request.word}`).join("\n"),
      json: { schema, project: project.name, state: "planned", word: request.word, services },
    };
  const said: SaidByHand[] = [];
  for (const service of services) said.push(await releases.sayByHand(project.name, service, request, flags.why ?? ""));
  return {
    exit: 0,
    human: said.map((one) => `${forTerminal(one.service)}: ${one.changed ? WORDS[one.word](one) : ALREADY[one.word]}`).join("\n"),
    json: { schema, project: project.name, state: "done", services: said },
  };
};
