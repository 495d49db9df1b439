import * as v from "valibot";
import semver from "semver";
import { isSeaworthyError } from "../../core/index.ts";
import { described, durationSchema } from "../../project/index.ts";
import { mirrorsSchema } from "../mirror/settings-schema.ts";
import { parseGlob } from "../glob.ts";
import { s3Schema } from "../s3/settings-schema.ts";

const globSchema = v.pipe(
  v.string("expected a pattern such as team/**"),
  v.rawTransform<string, string>(({ dataset, addIssue, NEVER }) => {
    try {
      parseGlob(dataset.value);
      return dataset.value;
    } catch (error) {
      if (!isSeaworthyError(error)) throw error;
      addIssue({ message: error.message });
      return NEVER;
    }
  }),
);
const globsSchema = v.pipe(v.array(globSchema, "expected a list of patterns"), v.minLength(1, "expected at least one pattern"));

const countSchema = v.pipe(v.number("expected a number"), v.integer("expected a whole number"), v.minValue(1, "at least 1"));

const rangeSchema = v.pipe(
  v.string("expected a range of versions such as >=1.2 <3"),
  v.check((text) => semver.validRange(text) !== null, "expected a range of versions such as >=1.2 <3 or ^2.0.0"),
);

const retainSchema = v.pipe(
  v.strictObject({
    tags: v.optional(described("The tags this rule speaks of. Of several rules the first that matches a tag decides.", globsSchema), [
      "**",
    ]),
    keepLast: v.optional(described("The newest of them stay, by when they were last moved.", countSchema)),
    keepVersions: v.optional(
      described(
        "Versions that stay: those in the range, of these the highest `last` when that is given. Tags that are no semantic version do not count.",
        v.strictObject({
          range: v.optional(described("As npm writes ranges: >=1.2 <3, ^2.0.0. Pre-releases are taken in too.", rangeSchema), "*"),
          last: v.optional(described("Of the versions in the range, how many of the highest.", countSchema)),
        }),
      ),
    ),
    keepFor: v.optional(described("What was moved within this time stays.", durationSchema)),
    keepPulledWithin: v.optional(described("What was pulled within this time stays, by tag or by digest.", durationSchema)),
  }),
  v.check(
    ({ keepLast, keepVersions, keepFor, keepPulledWithin }) =>
      [keepLast, keepVersions, keepFor, keepPulledWithin].some((criterion) => criterion !== undefined),
    "expected at least one of keepLast, keepVersions, keepFor, keepPulledWithin: a rule that keeps nothing would drop all",
  ),
);

const repositorySchema = v.strictObject({
  match: described("The repositories this entry speaks of. Of several entries the first that matches decides.", globsSchema),
  immutable: v.optional(described("Tags that never move, besides full versions and git commits.", globsSchema)),
  moving: v.optional(described("Tags that may move, whatever else says that they do not.", globsSchema)),
  retain: v.optional(
    described(
      "What `registry retain` keeps of the tags; a tag stays when any criterion of its rule says so. A tag that no rule speaks of stays.",
      v.array(retainSchema, "expected a list of rules"),
    ),
    [],
  ),
});

/** `registry.yaml` in a registry's data folder. */
export const registrySettingsSchema = v.strictObject({
  repositories: v.optional(
    described("Which tags move and which stay, by repository.", v.array(repositorySchema, "expected a list of entries")),
    [],
  ),
  mirrors: v.optional(described("Registries that this one keeps copies of, under mirror/.", mirrorsSchema), []),
  storage: v.optional(
    described(
      "Where the bytes of blobs are. Decided once, before the first push: absent, they are files of the data folder.",
      v.strictObject({ s3: v.optional(described("A bucket of an S3-compatible storage.", s3Schema)) }),
    ),
    {},
  ),
  retain: v.optional(
    described(
      "When tags are dropped, and what is refused as a surprise.",
      v.strictObject({
        every: v.optional(described("How often retention runs while the registry serves. Absent: only by command.", durationSchema)),
        maxDrop: v.optional(
          described(
            "More than this share of a repository's tags, in percent, is dropped only when confirmed; so is a repository's last tag.",
            v.pipe(v.number("expected percent"), v.minValue(1, "at least 1"), v.maxValue(100, "at most 100")),
          ),
          50,
        ),
      }),
    ),
    {},
  ),
  trash: v.optional(
    described(
      "What was deleted and can be had back.",
      v.strictObject({
        keepFor: v.optional(described("How long a deleted tag or manifest can be had back with `registry undo`.", durationSchema), "7d"),
      }),
    ),
    {},
  ),
  gc: v.optional(
    described(
      "Collecting what nothing needs.",
      v.strictObject({
        every: v.optional(described("How often it runs while the registry serves. Zero: only by command.", durationSchema), "1d"),
        grace: v.optional(
          described(
            "What was pushed, asked for or named within this time stays. Longer than the longest push; at least 10m.",
            v.pipe(
              durationSchema,
              v.check((ms) => ms >= 600_000, "at least 10m: what a push counts on must not go while it runs"),
            ),
          ),
          "1d",
        ),
        delay: v.optional(described("From when a blob is condemned until its file goes.", durationSchema), "1h"),
      }),
    ),
    {},
  ),
  scrub: v.optional(
    described(
      "Reading every blob again to find rot.",
      v.strictObject({
        every: v.optional(
          described(
            "A blob that was not verified for this long is read again while the registry serves. Zero: only by command.",
            durationSchema,
          ),
          "30d",
        ),
        bytesPerSecond: v.optional(
          described("How fast, at most, in bytes.", v.pipe(countSchema, v.minValue(65_536, "at least 65536"))),
          8 * 1024 * 1024,
        ),
        keepQuarantined: v.optional(described("How long a file with wrong bytes is kept aside.", durationSchema), "7d"),
      }),
    ),
    {},
  ),
});

export type RegistrySettings = v.InferOutput<typeof registrySettingsSchema>;
export type RetainRule = RegistrySettings["repositories"][number]["retain"][number];
