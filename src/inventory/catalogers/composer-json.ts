import { type Cataloger, MIB } from "../cataloger.ts";
import { entriesIn, jsonObject } from "../json.ts";

/** What a PHP project asks for itself: it tells no packages, but which of those in `composer.lock` are asked for (getcomposer.org/doc/04-schema.md). */
export const composerJson: Cataloger = {
  name: "composer-json",
  scope: "declared",
  reads: "composer.json",
  endings: ["json"],
  isMine: (path) => /(?:^|\/)composer\.json$/.test(path) && !/(?:^|\/)vendor\//.test(path),
  maxBytes: MIB,
  read: (content) => {
    const written = jsonObject(content);
    const asks = ["require", "require-dev"].flatMap((key) => entriesIn(written?.[key])).filter(([name]) => name.includes("/"));
    return asks.length === 0 ? undefined : { packages: [], asks };
  },
};
