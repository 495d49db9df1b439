import { isSecretFile, maySpill } from "../../context-secrets.ts";
import { secretInText } from "../../../source/secrets/index.ts";
import { contextRule, NOTHING } from "../../rule.ts";

/** Files looked into for one build: a few milliseconds. */
const MAX_FILES = 500;

export const secretContent = contextRule({
  id: "context/secret-content",
  aliases: [],
  item: "runtime-secrets",
  severity: "error",
  confidence: "possible",
  summary: "No file that is sent to a build holds a secret among other things.",
  why: "Settings and source go into a layer as they are. Whoever can pull the image reads the key in it, and a key that was once in a published layer counts as stolen.",
  source: "https://docs.docker.com/build/building/secrets/",
  examples: [
    {
      bad: { Dockerfile: "", "config/prod.yaml": "aws:\n  accessKeyId: AKIAQ3EGT7JXK5PLMN2B\n" },
      good: { Dockerfile: "", "config/prod.yaml": "aws:\n  accessKeyId: ${AWS_ACCESS_KEY_ID}\n" },
    },
    {
      bad: { Dockerfile: "", "src/settings.py": 'SIGNING_SECRET = "q7Gd2LxW0aPz9RtYb4NkVe31"\n' },
      good: {
        Dockerfile: "",
        "src/settings.py": 'SIGNING_SECRET = os.environ["SIGNING_SECRET"]\nCACHE_KEY = "frontpage-articles-by-date"\n',
        "test/settings.test.py": 'SIGNING_SECRET = "q7Gd2LxW0aPz9RtYb4NkVe31"\n',
      },
    },
    {
      bad: { Dockerfile: "", "app.properties": "db.url=postgres://shop:hV7kq2m@db.shop.acme.com/shop\n" },
      good: { Dockerfile: "", "app.properties": "db.url=postgres://shop:shop@localhost/shop\n" },
    },
    {
      bad: { Dockerfile: "", "app.json": '{"apiKey": "9f86d081884c7d659a2feaa0c55ad015"}' },
      good: { Dockerfile: "", "app.json": '{"apiKey": "9f86d081884c7d659a2feaa0c55ad015"}', ".dockerignore": "app.json\n" },
    },
  ],
  applies: ({ service, context }) => (context.complete ? true : `the build context of ${service.name} is too large to be looked through`),
  proves: () => NOTHING,
  *check({ service, context }) {
    const files = context.entries.filter(({ path, folder, sent }) => sent && !folder && maySpill(path));
    for (const { path } of files.slice(0, MAX_FILES)) {
      const found = isSecretFile(path, context) ? undefined : secretInText(context.peek(path, 16_384));
      if (found !== undefined)
        yield {
          at: ["build"],
          ...(found.isSure ? { confidence: "likely" as const } : { severity: "warning" as const }),
          message: `the build of ${service.name} is sent ${path}, which in line ${found.line} holds ${found.what}`,
          advice: `Replace the secret by one that nobody has seen, and read it at run time from /run/secrets or the environment; or add ${path} to ${context.ignorePath}.`,
        };
    }
  },
});
