import * as v from "valibot";
import { type Digest, isDigest, SeaworthyError } from "../../core/index.ts";

/** Points at content by digest, in the JSON form of image-spec (descriptor.md). Fields not named here are kept as they were read. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly artifactType?: string;
  readonly platform?: { readonly os: string; readonly architecture: string; readonly variant?: string };
  readonly urls?: readonly string[];
  /** The content itself, base64. */
  readonly data?: string;
}

export const digestSchema = v.custom<Digest>((value) => typeof value === "string" && isDigest(value), "is not a digest");
export const mediaTypeSchema = v.pipe(
  v.string(),
  v.maxLength(255),
  v.regex(/^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*\/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*$/, "is not a media type"),
);
export const annotationsSchema = v.pipe(
  v.unknown(),
  v.check((value) => !Array.isArray(value), "is a list, not a set of annotations"),
  v.record(v.string(), v.string()),
);

export const descriptorSchema = v.looseObject({
  mediaType: mediaTypeSchema,
  digest: digestSchema,
  size: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  annotations: v.exactOptional(annotationsSchema),
  artifactType: v.exactOptional(v.string()),
  platform: v.exactOptional(v.looseObject({ os: v.string(), architecture: v.string(), variant: v.exactOptional(v.string()) })),
  urls: v.exactOptional(v.array(v.string())),
  data: v.exactOptional(v.string()),
});

/** Holds a value to a schema. @throws INPUT_INVALID naming the field. */
export const conform = <const Schema extends v.GenericSchema>(schema: Schema, value: unknown, what: string): v.InferOutput<Schema> => {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new SeaworthyError(
    "INPUT_INVALID",
    `${what} cannot be read: ${v.getDotPath(issue) ?? "the document"}: ${issue.message.slice(0, 200)}`,
  );
};
