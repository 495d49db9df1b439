import { ERRORS, hasCode, isSeaworthyError, SeaworthyError } from "../core/index.ts";

const NEXT = "What it holds is damaged, cut off or no image: save or build it again (docker save -o FILE REF).";

/**
 * Does what reads an image, so that a failure over what it holds says which image and what to do: whoever found the damage knows a layer or a document, not what it
 * was called on the command line. @throws what the work throws
 */
export const naming = async <Value>(image: string, work: () => Promise<Value>): Promise<Value> => {
  try {
    return await work();
  } catch (error) {
    if (!isSeaworthyError(error) || !hasCode(error, "INPUT_INVALID", "INPUT_TOO_LARGE", "DEADLINE")) throw error;
    const { code, message, hint, exit, details, problems } = error;
    const isNamed = message.includes(image);
    const isOwn = code !== "INPUT_INVALID" || hint !== ERRORS.INPUT_INVALID.hint;
    if (isNamed && isOwn) throw error;
    throw new SeaworthyError(code, isNamed ? message : `${image}: ${message}`, {
      hint: isOwn ? hint : NEXT,
      exit,
      details,
      problems,
      cause: error,
    });
  }
};
