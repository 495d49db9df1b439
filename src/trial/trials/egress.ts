import { setTimeout as sleep } from "node:timers/promises";
import type { Contact } from "../lab/outside.ts";
import { openOutside } from "../lab/outside.ts";
import { load } from "../load.ts";
import type { Trial } from "../trial.ts";
import { comesUp } from "../up.ts";

const LOAD_MS = 1500;
/** What is asked for once in a while, as by telemetry, comes later than the first answer. */
const LISTEN_MS = 1500;

const formatContact = ({ to, port }: Contact): string => (port === undefined ? to : `${to}:${port}`);

/** Whether what a service says that it may reach covers what it reached for. A name without a port is for any; a name that was only asked for has none yet. */
export const allows = (egress: readonly string[], { to, port }: Contact): boolean =>
  egress.some((entry) => {
    const [, name = "", wanted] = /^(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
    const isNamed = name.startsWith("*.") ? to.endsWith(name.slice(1)) : to === name;
    return isNamed && (wanted === undefined || port === undefined || Number(wanted) === port);
  });

export const egress: Trial = {
  id: "egress",
  items: ["narrow-ports"],
  level: "deep",
  summary: "It reaches for nothing outside of the project but what it says.",
  why: "A network without a way out, or a firewall that knows a handful of names, is what keeps a stolen dependency from telling anybody. Who would set it up has to know what the service needs.",
  method:
    "The container is run in a network in which every name has an address and nothing answers. The names that it asks for and the addresses that it tries to reach, from its start through a load, are held against x-seaworthy.trial.egress.",
  source: "https://cheatsheetseries.owasp.org/cheatsheets/Docker_Security_Cheat_Sheet.html",
  applies: () => true,
  run: async (lab, { smoke, limitMs }) => {
    const { egress: declared } = lab.subject;
    let outside: Awaited<ReturnType<typeof openOutside>>;
    const running = await lab.start({
      name: "egress",
      prepare: async (config) => {
        outside = await openOutside(lab, config);
        return outside?.within(config) ?? config;
      },
    });
    if (outside === undefined) return { state: "not-tried", because: "the lab's network has no IPv4 addresses" };
    // It may wait for an answer that never comes: what it reached for is known all the same.
    const up = await comesUp(running, smoke, Math.min(limitMs, 15_000));
    const { requests } = up.up ? await load(running, smoke, { forMs: LOAD_MS, connections: 4, perSecond: 40 }) : { requests: 0 };
    await sleep(LISTEN_MS);
    const contacts = await outside.contacts();
    await running.remove();
    const names = contacts.map(formatContact);
    const measured = { reached: names, requests, cameUp: up.up, ...(declared === undefined ? {} : { declared }) };
    const unless =
      "names are seen of programs whose resolver honours use-vc (glibc, Go); of others, as with musl, only addresses. What only other requests reach for is not seen";
    if (names.length === 0)
      return up.up
        ? { state: "proven", because: `from its start through ${requests} requests it reached for nothing outside`, measured, unless }
        : { state: "not-tried", because: up.words, measured };
    const shown = `${names.slice(0, 6).join(", ")}${names.length > 6 ? ` and ${names.length - 6} more` : ""}`;
    if (declared === undefined)
      return {
        state: "not-tried",
        because: `it reached for ${shown}; x-seaworthy.trial.egress does not say what it may reach`,
        measured,
        unless,
      };
    const undeclared = contacts.filter((contact) => !allows(declared, contact)).map(formatContact);
    if (undeclared.length > 0)
      return {
        state: "disproved",
        because: `it reached for ${undeclared.slice(0, 6).join(", ")}, which x-seaworthy.trial.egress does not name`,
        measured,
        unless,
      };
    return { state: "proven", because: `it reached for ${shown}, as it says`, measured, unless };
  },
};
