import { composeRule, NOTHING } from "../../rule.ts";
import { secretIn } from "../../secret.ts";

export const secretInEnvironment = composeRule({
  id: "compose/secret-in-environment",
  aliases: ["composelint:CL-0020", "composelint:CL-0021"],
  item: "runtime-secrets",
  severity: "error",
  confidence: "likely",
  summary: "No secret stands in a service's environment or build arguments.",
  why: "The environment is shown by docker inspect, inherited by every child process and printed by crash reports; what is written in the file is in git for ever. A secret as a file is none of these.",
  source: "https://docs.docker.com/compose/how-tos/use-secrets/",
  examples: [
    {
      bad: "services: {db: {image: 'shop/db:1.2.3', environment: {POSTGRES_PASSWORD: hunter2-not-a-real-one}}}",
      good: "services: {db: {image: 'shop/db:1.2.3', environment: {POSTGRES_PASSWORD_FILE: /run/secrets/db_password}}}",
    },
    {
      bad: "services: {web: {image: 'shop/web:1.2.3', environment: ['DATABASE_URL=postgres://shop:hunter2@db/shop']}}",
      good: "services: {web: {image: 'shop/web:1.2.3', environment: ['DATABASE_URL=postgres://shop@db/shop', TOKEN_TTL=300, PUBLIC_KEY=abc]}}",
    },
    {
      bad: "services: {web: {build: {context: ., args: {NPM_TOKEN: abcdef123456}}}}",
      good: "services: {web: {build: {context: ., args: {NODE_VERSION: '24'}}}}",
    },
  ],
  applies: () => true,
  proves: ({ service, image }) =>
    service.build !== undefined && image === undefined ? NOTHING : `no variable of ${service.name} looks like a secret`,
  *check({ service }) {
    for (const [name, value] of Object.entries(service.spec.environment)) {
      const what = secretIn(name, value);
      if (what !== undefined)
        yield {
          at: ["environment", name],
          message: `the environment variable ${name} of ${service.name} holds ${what}`,
          advice: `Make it a secret (secrets: {${name.toLowerCase()}: {file: ...}}) and pass its path, e.g. ${name}_FILE: /run/secrets/${name.toLowerCase()}.`,
        };
    }
    for (const [name, value] of Object.entries(service.build?.args ?? {})) {
      const what = secretIn(name, value);
      if (what !== undefined)
        yield {
          at: ["build", "args", name],
          message: `the build argument ${name} of ${service.name} holds ${what}; it stays in the image's history`,
          advice: `Use a build secret: RUN --mount=type=secret,id=${name.toLowerCase()} and build.secrets.`,
        };
    }
  },
});
