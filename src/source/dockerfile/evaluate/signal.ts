import { constants } from "node:os";

/** Those that Linux has and Node's table may lack. */
const MORE = ["CLD", "RTMIN", "RTMAX", "STKFLT", "POLL", "PWR", "UNUSED"];
const NAMES: ReadonlySet<string> = new Set([...Object.keys(constants.signals).map((name) => name.slice(3)), ...MORE]);
const REAL_TIME = /^RT(?:MIN\+(?:[1-9]|1[0-5])|MAX-(?:[1-9]|1[0-4]))$/;

/** Whether STOPSIGNAL takes it: a number but 0, or a name with or without SIG, in any case. Source: moby/sys/signal, ParseSignal. */
export const isSignal = (text: string): boolean => {
  if (/^[+-]?\d+$/.test(text)) return Number(text) !== 0;
  const name = text.toUpperCase().replace(/^SIG/, "");
  return NAMES.has(name) || REAL_TIME.test(name);
};
