import type { Digest } from "../../core/index.ts";
import { refusal } from "./failure.ts";
import { discard } from "./http.ts";
import { scopeOf, type Session } from "./session.ts";
import type { Repository } from "./types.ts";

/** By HEAD; asked with the right to push, because whoever asks is about to. */
export const hasBlob = async (session: Session, repository: Repository, digest: Digest): Promise<boolean> => {
  const tried = `look for blob ${digest} in ${repository.registry}/${repository.repository}`;
  const answer = await session.ask({
    ...repository,
    scopes: [scopeOf(repository, "pull,push")],
    method: "HEAD",
    at: `${repository.repository}/blobs/${digest}`,
    tried,
  });
  if (answer.status !== 200 && answer.status !== 404) throw await refusal(answer, tried, repository);
  await discard(answer);
  return answer.status === 200;
};
