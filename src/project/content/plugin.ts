import * as v from "valibot";
import { rememberSecret, SeaworthyError } from "../../core/index.ts";
import { type Asking, MAX_CONTENT_BYTES, printed } from "./command.ts";

/** What all the contents of one answer may come to. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;
const MAX_WORDS = 300;

const answerSchema = v.object({
  version: v.literal(1),
  values: v.optional(v.record(v.string(), v.string()), {}),
  errors: v.optional(v.record(v.string(), v.string()), {}),
});

export interface PluginAnswer {
  /** @throws SOURCE_UNREACHABLE when the plug-in has none for it, INPUT_TOO_LARGE */
  contentOf(key: string, ref: string): string;
}

const parsed = (program: string, text: string): v.InferOutput<typeof answerSchema> => {
  try {
    const answer = v.safeParse(answerSchema, JSON.parse(text));
    if (answer.success) return answer.output;
  } catch {
    // The parser's own words would quote the answer.
  }
  throw new SeaworthyError("SOURCE_UNREACHABLE", `${program} did not answer with {"version": 1, "values": {...}, "errors": {...}}`, {
    hint: "docs/guide/secrets.md has the protocol, and an example in ten lines.",
  });
};

/**
 * Asks `seaworthy-secret-<name>` once for all of these references: `{"version": 1, "refs": [...]}` on its standard input, its answer on standard output.
 * @throws TOOL_MISSING, DEADLINE, SOURCE_UNREACHABLE, INPUT_TOO_LARGE, INPUT_INVALID
 */
export const askPlugin = async (name: string, refs: readonly string[], folder: string, asking: Asking): Promise<PluginAnswer> => {
  const program = `seaworthy-secret-${name}`;
  const input = `${JSON.stringify({ version: 1, refs })}\n`;
  const text = await printed(`secrets of the plug-in ${name}`, [program], asking, { folder, input, maxBytes: MAX_ANSWER_BYTES });
  const { values, errors } = parsed(program, text);
  // Before a word of the answer is repeated anywhere.
  for (const value of Object.values(values)) rememberSecret(value);
  return {
    contentOf: (key, ref) => {
      const value = Object.hasOwn(values, ref) ? values[ref] : undefined;
      if (value === undefined || value === "") {
        const words = Object.hasOwn(errors, ref) ? errors[ref] : undefined;
        const said = words === undefined ? "has no content for it" : `says: ${words.slice(0, MAX_WORDS)}`;
        throw new SeaworthyError("SOURCE_UNREACHABLE", `the content of ${key} is "${ref}" of ${program}, which ${said}`, {
          hint: "Check the reference, and that the plug-in is logged in.",
        });
      }
      if (Buffer.byteLength(value) > MAX_CONTENT_BYTES)
        throw new SeaworthyError("INPUT_TOO_LARGE", `the content of ${key} from ${program} has more than ${MAX_CONTENT_BYTES} bytes`);
      return value;
    },
  };
};
