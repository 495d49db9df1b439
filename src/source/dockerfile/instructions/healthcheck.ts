import { isSpace } from "../characters.ts";
import { quoted } from "../diagnostic.ts";
import { trim } from "../lexer/split.ts";
import { readCommand } from "./command.ts";
import { type Context, flagValue, given } from "./context.ts";
import { parseGoDuration } from "./go-duration.ts";
import type { HealthcheckInstruction } from "./instruction.ts";

const LEAST_NS = 1e6;

const durationMs = (context: Context, name: string): number | undefined => {
  const value = flagValue(context, name);
  if (value === undefined || value.text === "") return undefined;
  const duration = parseGoDuration(value.text);
  if ("error" in duration) context.report("healthcheck", duration.error, value.range);
  else if (duration.ns !== 0 && duration.ns < LEAST_NS)
    context.report("healthcheck", `Interval ${quoted(name)} cannot be less than 1ms`, value.range);
  else return duration.ns / 1e6;
  return undefined;
};

const retriesOf = (context: Context): number | undefined => {
  const value = flagValue(context, "retries");
  if (value === undefined || value.text === "") return undefined;
  const number = /^[+-]?\d+$/.test(value.text) ? Number(value.text) : undefined;
  if (number === undefined) context.report("healthcheck", `strconv.ParseInt: parsing ${quoted(value.text)}: invalid syntax`, value.range);
  else if (Math.abs(number) > 2 ** 31 - 1)
    context.report("healthcheck", `strconv.ParseInt: parsing ${quoted(value.text)}: value out of range`, value.range);
  else if (number < 0) context.report("healthcheck", `--retries cannot be negative (${number})`, value.range);
  else return number;
  return undefined;
};

/** `HEALTHCHECK NONE`, `HEALTHCHECK [flags] CMD command` */
export const readHealthcheck = (context: Context): HealthcheckInstruction => {
  const { base, report } = context;
  const { text } = base.rest;
  let end = 0;
  while (end < text.length && !isSpace(text.charCodeAt(end))) end += 1;
  const type = text.slice(0, end).toUpperCase();
  const rest = trim(base.rest.slice(end));
  const found = { ...base, keyword: "HEALTHCHECK" } as const;
  if (type === "") report("arguments", "HEALTHCHECK requires at least one argument", base.head);
  else if (type === "NONE" && rest.length > 0) report("healthcheck", "HEALTHCHECK NONE takes no arguments", rest.range);
  else if (type !== "NONE" && type !== "CMD")
    report("healthcheck", `Unknown type ${quoted(type)} in HEALTHCHECK (try CMD)`, base.rest.rangeOf(0, end));
  if (type !== "CMD") return { ...found, ...given("type", type === "" ? undefined : type) };
  const command = readCommand(rest, report);
  if (command.form === "shell" ? command.text.length === 0 : command.words.length === 0)
    report("healthcheck", "Missing command after HEALTHCHECK CMD", base.head);
  return {
    ...found,
    type,
    command,
    ...given("intervalMs", durationMs(context, "interval")),
    ...given("timeoutMs", durationMs(context, "timeout")),
    ...given("startPeriodMs", durationMs(context, "start-period")),
    ...given("startIntervalMs", durationMs(context, "start-interval")),
    ...given("retries", retriesOf(context)),
  };
};
