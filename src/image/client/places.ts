import { isSeaworthyError, type Reference, SeaworthyError } from "../../core/index.ts";
import type { Session } from "./session.ts";
import type { Repository } from "./types.ts";

/** A mirror is a convenience: the next place is asked soon. */
const MIRROR_ATTEMPTS = 2;

/**
 * Pulls from the first place that has it: mirrors in order, then the registry itself. What a mirror answers counts only when it is what was asked for;
 * whatever else it does, the next is asked.
 */
export const fromPlaces = async <Result>(
  session: Session,
  reference: Pick<Reference, "registry" | "repository" | "digest">,
  pull: (place: Repository, attempts: number) => Promise<Result>,
): Promise<Result> => {
  const missed: string[] = [];
  for (const { registry, repository, isMirror } of session.places(reference)) {
    try {
      return await pull({ registry, repository }, isMirror ? Math.min(MIRROR_ATTEMPTS, session.attempts) : session.attempts);
    } catch (error) {
      if (!isSeaworthyError(error)) throw error;
      if (isMirror) {
        missed.push(`${registry}: ${error.message}`);
        continue;
      }
      if (missed.length === 0) throw error;
      throw new SeaworthyError(error.code, `${error.message}; and of its mirrors, ${missed.join("; ")}`, {
        hint: error.hint,
        details: error.details,
        cause: error,
      });
    }
  }
  throw new SeaworthyError("REGISTRY_REFUSED", `there is no place to pull ${reference.registry}/${reference.repository} from`);
};
