import { variablesOf } from "../../compose/environment.ts";
import { composeRule, NOTHING } from "../../rule.ts";

const YES = /^(?:1|yes|true|on)$/i;

/** Switches of the usual images that let anybody in. Their own documentation warns of each. */
const SWITCHES: ReadonlyMap<string, RegExp> = new Map([
  ["POSTGRES_HOST_AUTH_METHOD", /^trust$/i],
  ["MYSQL_ALLOW_EMPTY_PASSWORD", YES],
  ["MARIADB_ALLOW_EMPTY_ROOT_PASSWORD", YES],
  ["MARIADB_ALLOW_EMPTY_PASSWORD", YES],
  ["ALLOW_EMPTY_PASSWORD", YES],
  ["ALLOW_ANONYMOUS_LOGIN", YES],
  ["xpack.security.enabled", /^false$/i],
  ["DISABLE_SECURITY_PLUGIN", YES],
  ["NEO4J_AUTH", /^none$/i],
  ["AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED", YES],
]);

export const openDatabase = composeRule({
  id: "compose/open-database",
  aliases: [],
  item: "runtime-secrets",
  severity: "warning",
  confidence: "certain",
  summary: "No database is told to let everybody in without a password.",
  why: "Whatever reaches its network reaches its data: every other container beside it, and the first of them that is broken into.",
  source: "https://hub.docker.com/_/postgres",
  examples: [
    {
      bad: "services: {db: {image: 'postgres:18.1', environment: {POSTGRES_HOST_AUTH_METHOD: trust}}}",
      good: "services: {db: {image: 'postgres:18.1', environment: {POSTGRES_HOST_AUTH_METHOD: scram-sha-256}}}",
    },
    {
      bad: "services: {db: {image: 'mysql:9.5', environment: [MYSQL_ALLOW_EMPTY_PASSWORD=yes]}}",
      good: "services: {db: {image: 'mysql:9.5', environment: [MYSQL_ROOT_PASSWORD_FILE=/run/secrets/root]}}",
    },
    {
      bad: "services: {search: {image: 'elasticsearch:9.2.1', environment: {xpack.security.enabled: 'false'}}}",
      good: "services: {search: {image: 'elasticsearch:9.2.1', environment: {discovery.type: single-node}}}",
    },
  ],
  applies: () => true,
  proves: () => NOTHING,
  *check({ service, node }) {
    for (const { name, value, node: at } of variablesOf(node, "environment"))
      if (SWITCHES.get(name)?.test(value.trim()) === true)
        yield {
          at,
          message: `${name}=${value.trim()} lets everybody who reaches ${service.name} in without a password`,
          advice: "Remove it, and give the password as a secret's file (..._PASSWORD_FILE: /run/secrets/...).",
        };
  },
});
