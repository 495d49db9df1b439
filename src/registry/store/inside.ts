import type { Clock } from "../../core/index.ts";
import type { BlobStorage } from "./blob-storage.ts";
import type { Database } from "./database.ts";
import type { Exclusive } from "./exclusive.ts";
import type { Needed } from "./needed.ts";
import type { Reached } from "./points.ts";
import type { TagRules } from "./tags.ts";

/** What the parts of a store share. */
export interface Inside {
  readonly database: Database;
  readonly storage: BlobStorage;
  readonly clock: Clock;
  readonly exclusive: Exclusive;
  readonly rules: TagRules;
  readonly reached: Reached;
  readonly needed: Needed;
}
