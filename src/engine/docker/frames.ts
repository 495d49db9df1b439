import { SeaworthyError } from "../../core/index.ts";

/** A frame longer than this is no frame of the Engine API. */
const MAX_FRAME_BYTES = 1024 * 1024;

/**
 * The JSON objects of a stream that carries one a line: events, and the progress of pull and load.
 * @throws ENGINE_REFUSED for a line that is not JSON or has no end.
 */
export async function* jsonFrames(stream: AsyncIterable<Uint8Array>, tried: string): AsyncGenerator {
  const decoder = new TextDecoder();
  let rest = "";
  const parse = (line: string): unknown => {
    try {
      return JSON.parse(line);
    } catch (cause) {
      throw new SeaworthyError("ENGINE_REFUSED", `cannot ${tried}: the engine sent a line that is not JSON`, { cause });
    }
  };
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > MAX_FRAME_BYTES)
      throw new SeaworthyError("ENGINE_REFUSED", `cannot ${tried}: the engine sent a line of over ${MAX_FRAME_BYTES} bytes`);
    for (const line of lines) if (line.trim() !== "") yield parse(line);
  }
  if (rest.trim() !== "") yield parse(rest);
}
