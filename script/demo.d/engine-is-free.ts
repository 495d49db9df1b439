import { docker } from "../bases/docker.ts";
import { cleanUp } from "./clean-up.ts";
import { DemoFailure } from "./failure.ts";
import { governor, MARKER } from "./marker.ts";
import { readRecord } from "./record.ts";
import type { Words } from "./words.ts";

const governed = (owner: string): DemoFailure =>
  new DemoFailure(
    4,
    `this engine is governed by a Seaworthy state folder that is not the demo's (${owner || "unknown"}): a real installation, which the demo leaves alone`,
    [
      "Run the demo where nothing is in production: another machine, or another engine (DOCKER_HOST=unix:///path/docker.sock).",
      `If that installation is gone for good: docker volume rm ${MARKER}`,
    ],
  );

/** Takes the engine for the demo's state folder from the start, so that nobody else begins on it before the first deploy would. */
export const claim = async (uuid: string): Promise<void> => {
  await docker(["volume", "create", "--label", `dev.seaworthy.state=${uuid}`, MARKER]);
  const owner = governor();
  // Creating a volume that exists succeeds and changes nothing.
  if (owner !== uuid) throw governed(owner ?? "");
};

/** The demo works only on an engine that nobody else's Seaworthy governs, and touches no project of the same name that is not its own. */
export const engineIsFree = async (project: string, words: Words): Promise<void> => {
  const record = readRecord();
  if (record !== undefined) {
    words.say(
      record.kept ? "a demo was kept from before; it is removed first" : "a demo was cut off before; what it left is removed first",
    );
    const remaining = await cleanUp(record);
    if (remaining.length > 0) throw new DemoFailure(4, "what an earlier demo left cannot be removed", remaining);
  }
  const owner = governor();
  if (owner !== undefined) throw governed(owner);
  const taken = [
    await docker(["ps", "--all", "--filter", `label=com.docker.compose.project=${project}`, "--format", "container {{.Names}}"]),
    await docker(["volume", "ls", "--filter", `name=^${project}_`, "--format", "volume {{.Name}}"]),
    await docker(["network", "ls", "--filter", `name=^${project}_`, "--format", "network {{.Name}}"]),
  ].flatMap((text) => text.split("\n").filter((line) => line !== ""));
  if (taken.length > 0)
    throw new DemoFailure(4, `this engine has a project ${project} that is not the demo's, and the demo would be in its way`, taken);
};
