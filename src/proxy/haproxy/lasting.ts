import type { Runtime } from "./runtime.ts";

/**
 * Marks answers that are event streams (https://html.spec.whatwg.org/multipage/server-sent-events.html), so that they can be told from downloads: `show sess all`
 * shows a stream's niceness and nothing of its headers. Between -1024 and 1024, a 1 changes nothing (configuration.txt 4.2, `http-response set-nice`).
 */
export const LASTING_RULE = "http-response set-nice 1 if { res.hdr(content-type) -m beg text/event-stream }";

/** Whole dumps are two thousand characters each, and a command line has room for 16384. */
const AT_ONCE = 50;

/** Addresses of the streams of one server, from `show sess` (management.txt 9.3): a line each. */
const streamsOf = (sessions: string, backend: string, server: string): readonly string[] =>
  sessions
    .split("\n")
    .filter((line) => line.includes(` be=${backend} srv=${server} `))
    .flatMap((line) => /^(0x[0-9a-f]+): /.exec(line)?.[1] ?? []);

interface Lasting {
  readonly id: string;
  readonly kind: "tunnel" | "events";
}

/** Those of a dump that end when their client or their server wants: upgraded connections, and event streams whose head has come. */
const lastingOf = (dump: string, server: string): readonly Lasting[] =>
  dump.split(/^(?=0x[0-9a-f]+: )/m).flatMap((one): readonly Lasting[] => {
    const id = /^(0x[0-9a-f]+): /.exec(one)?.[1];
    if (id === undefined || !one.includes(` server=${server} `)) return [];
    if (one.includes(" rsp.st=MSG_TUNNEL")) return [{ id, kind: "tunnel" }];
    return /^ *task=.* nice=1 /m.test(one) ? [{ id, kind: "events" }] : [];
  });

export interface Ended {
  /** How many there were. */
  readonly there: number;
  readonly ended: number;
  /** How many of those ended were event streams, which HAProxy counts as answers that a server broke off. */
  readonly streams: number;
}

/**
 * Ends at most so many of a server's connections that last: the client sees its connection closed. Requests that will be answered go on.
 * A stream is looked at and ended in one breath, because its address may be another one's as soon as it has ended.
 */
export const endLasting = async (runtime: Runtime, backend: string, server: string, most: number): Promise<Ended> => {
  const ids = streamsOf(await runtime("show sess"), backend, server);
  let [there, ended, streams] = [0, 0, 0];
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    const some = ids.slice(at, at + AT_ONCE);
    const lasting = lastingOf(await runtime(some.map((one) => `show sess ${one}`).join(";")), server);
    there += lasting.length;
    const now = lasting.slice(0, Math.max(0, most - ended));
    if (now.length === 0) continue;
    await runtime(now.map(({ id }) => `shutdown session ${id}`).join(";"));
    ended += now.length;
    streams += now.filter(({ kind }) => kind === "events").length;
  }
  return { there, ended, streams };
};
