import { imageRule, NOTHING } from "../../rule.ts";
import { assignmentsIn, stepsOf } from "../../../source/history/index.ts";
import { secretIn, secretValueIn } from "../../../source/secrets/index.ts";

export const secretInImage = imageRule({
  id: "image/secret-in-image",
  aliases: ["buildkit:SecretsUsedInArgOrEnv", "hadolint:DL3064", "dockle:CIS-DI-0010"],
  item: "runtime-secrets",
  severity: "error",
  confidence: "likely",
  summary: "No secret stands in the image's environment, labels or history.",
  why: "Whoever can pull the image has the secret, for as long as any copy of it exists; taking it out of the next version does not take it back.",
  source: "https://docs.docker.com/reference/build-checks/secrets-used-in-arg-or-env/",
  examples: [
    {
      bad: { config: { env: ["DATABASE_PASSWORD=hunter2-not-a-real-one"] } },
      good: { config: { env: ["DATABASE_PASSWORD_FILE=/run/secrets/db", "PATH=/bin"] } },
    },
    { bad: { config: { env: ["CACHE=redis://:hunter2@cache:6379"] } }, good: { config: { env: ["CACHE=redis://cache:6379"] } } },
    {
      bad: { config: { labels: { "acme.deploy_token": "abcdef0123456789" } } },
      good: { config: { labels: { "org.opencontainers.image.title": "shop" } } },
    },
    {
      bad: { config: {}, history: ["RUN |1 NPM_TOKEN=abcdef0123456789 /bin/sh -c npm ci # buildkit"] },
      good: { config: {}, history: ["RUN |1 NODE_ENV=production /bin/sh -c npm ci # buildkit"] },
    },
  ],
  applies: () => true,
  // A layer may still hold one: only the compose rule, which says what it looked at, proves anything here.
  proves: () => NOTHING,
  *check({ name: owner, service, image }) {
    const whose = service === undefined ? owner : `${owner}'s image`;
    const advice = "Take it out, give the running container a secret file instead, and change the secret: this one has been given away.";
    for (const entry of image.config.env) {
      const at = entry.indexOf("=");
      const name = entry.slice(0, at < 0 ? undefined : at);
      const what = secretIn(name, at < 0 ? "" : entry.slice(at + 1));
      if (what !== undefined) yield { message: `the environment variable ${name} in ${whose} holds ${what}`, advice };
    }
    for (const [name, value] of Object.entries(image.config.labels)) {
      const what = secretIn(name.slice(name.lastIndexOf(".") + 1), value);
      if (what !== undefined) yield { message: `the label ${name} of ${whose} holds ${what}`, advice };
    }
    const current = new Set(image.config.env);
    // A build argument is handed to every step behind it.
    const said = new Set<string>();
    for (const { number, keyword, rest, args } of stepsOf(image.history ?? [])) {
      const at = { step: number };
      // What is set to this day was judged above.
      const set =
        keyword === "ENV" || keyword === "ARG" ? assignmentsIn(rest).filter(([name, value]) => !current.has(`${name}=${value}`)) : [];
      const named = [...args, ...set].find(([name, value]) => !said.has(`${name}=${value}`) && secretIn(name, value) !== undefined);
      const what = named === undefined ? (keyword === "RUN" ? secretValueIn(rest) : undefined) : secretIn(named[0], named[1]);
      if (named !== undefined) said.add(named.join("="));
      if (what !== undefined)
        yield {
          at,
          message: `${named === undefined ? "a command" : `${keyword === "ENV" ? "the variable" : "the build argument"} ${named[0]}`} in the history of ${whose} holds ${what} (step ${number})`,
          advice,
        };
    }
  },
});
