import { expect, test } from "vitest";
import { isInstall, readingOf } from "./cached-rebuild.ts";

test.each([
  ["[deps 3/4] RUN npm ci --omit=dev", true],
  ["[2/4] RUN --mount=type=cache,target=/root/.npm npm install", true],
  ["[build 4/6] RUN yarn && yarn build", true],
  ["[4/5] RUN pip install -r requirements.txt", true],
  ["[3/5] RUN apt-get update && apt-get install -y curl", true],
  ["[3/5] RUN go mod download", true],
  ["[5/6] RUN npm run build", false],
  ["[5/6] RUN go build ./...", false],
  ["[5/6] COPY npm ci /x", false],
  ["[5/6] RUN echo yarnish", false],
])("%s", (name, expected) => {
  expect(isInstall(name)).toBe(expected);
});

const step = (name: string, cached: boolean) => ({ name, cached, seconds: cached ? 0 : 1.5 });
const INSTALL = "[3/5] RUN npm ci";

test.each([
  ["what installs was kept", { file: "src/a.ts", steps: [step(INSTALL, true), step("[4/5] COPY src src", false)] }, "proven"],
  ["what installs ran anew", { file: "src/a.ts", steps: [step("[2/5] COPY . .", false), step(INSTALL, false)] }, "disproved"],
  ["nothing is installed", { file: "src/a.ts", steps: [step("[2/5] COPY . .", false)] }, "not-tried"],
  ["no source is in the image", { steps: [step(INSTALL, true)] }, "not-tried"],
])("%s", (_what, rebuilt, state) => {
  expect(readingOf(rebuilt)).toMatchObject({ state });
});
