import * as v from "valibot";

const repository = v.pipe(v.string(), v.maxLength(255));
const dryRun = v.optional(v.boolean(), false);
/** Deployed digests that the asker knows of, beside those that the registry knows itself. */
const live = v.optional(v.array(v.pipe(v.string(), v.maxLength(150))), []);

/** What can be asked of a registry's upkeep, and with what. */
export const REQUESTS = {
  repositories: v.strictObject({}),
  tags: v.strictObject({ repository }),
  remove: v.strictObject({ repository, tag: v.optional(v.string()), digest: v.optional(v.string()), dryRun, live }),
  trash: v.strictObject({}),
  undo: v.strictObject({
    operation: v.optional(v.number()),
    tag: v.optional(v.strictObject({ repository, tag: v.string() })),
  }),
  retain: v.strictObject({ repository: v.optional(repository), dryRun, confirmed: v.optional(v.boolean(), false), live }),
  collect: v.strictObject({ dryRun, live, emptyTrash: v.optional(v.boolean(), false) }),
  scrub: v.strictObject({
    /** Blobs verified within this time are passed over; 0 reads all. */
    unlessWithinMs: v.optional(v.number(), 0),
    bytesPerSecond: v.optional(v.number()),
  }),
  reload: v.strictObject({ dryRun }),
} as const;

export type RequestName = keyof typeof REQUESTS;
export type RequestOf<Name extends RequestName> = v.InferInput<(typeof REQUESTS)[Name]>;

export const isRequestName = (name: string): name is RequestName => Object.hasOwn(REQUESTS, name);
