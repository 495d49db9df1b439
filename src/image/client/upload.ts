import { type Digest, hasCode, isSeaworthyError, SeaworthyError } from "../../core/index.ts";
import { type Answer, type Body, discard } from "./http.ts";
import { guardedTarget, reachFrom } from "./redirect.ts";
import { type Asked, scopeOf, type Session, type Target } from "./session.ts";
import type { Repository } from "./types.ts";

export const OCTETS = { "content-type": "application/octet-stream" };

const STATE_TRIES = 5;
const STATE_WAIT_MS = 300;

/** An upload that a registry opened. */
export interface Upload {
  readonly target: Target;
  /** A registry's smallest chunk but for the last (distribution-spec, "Pushing a blob in chunks"). */
  readonly minChunkBytes: number;
}

const locationOf = (answer: Answer, tried: string): Target => {
  const { location } = answer.headers;
  if (location === undefined) throw new SeaworthyError("REGISTRY_REFUSED", `${tried}: the registry gave no place to upload to`);
  const url = guardedTarget(location, answer);
  return { url, reach: reachFrom(answer, url) };
};

/** Adds the digest without touching the rest of the query, which is the registry's own state. */
const withDigest = ({ url, reach }: Target, digest: Digest): Target => {
  const target = new URL(url);
  target.search = `${target.search === "" ? "?" : `${target.search}&`}digest=${encodeURIComponent(digest)}`;
  return { url: target, reach };
};

/** The requests of one push (distribution-spec, "Pushing Blobs"). */
export interface UploadCalls {
  /** Undefined when the blob was mounted from the repository named, so that there is nothing to upload. */
  begin(digest: Digest | undefined, from?: string): Promise<Upload | undefined>;
  /** The whole, or with no body what was sent before, under its digest. */
  finish(upload: Upload, digest: Digest, body?: Body): Promise<Answer>;
  patch(upload: Upload, body: Body, range?: string): Promise<Answer>;
  /** Where the next bytes go. */
  after(answer: Answer, upload: Upload): Upload;
  /** How many bytes the registry has, and where it wants the rest; undefined when it knows nothing of the upload. */
  state(upload: Upload): Promise<{ readonly offset: number; readonly upload: Upload } | undefined>;
  cancel(upload: Upload): Promise<void>;
}

/** `Range: 0-41`, as answers of uploads have it, is 42 bytes. */
export const offsetAfter = (answer: Answer): number | undefined => {
  const [, end] = /^(?:bytes[= ])?0-(\d{1,15})$/.exec(answer.headers["range"]?.toString() ?? "") ?? [];
  if (end === undefined) return undefined;
  // "0-0" stands for one byte and, at most registries, for none.
  return end === "0" ? 0 : Number(end) + 1;
};

export const uploadCalls = (session: Session, repository: Repository, tried: string): UploadCalls => {
  const own = scopeOf(repository, "pull,push");
  const asked = { ...repository, scopes: [own], tried } satisfies Partial<Asked>;
  const opened = (answer: Answer): Upload => {
    const min = answer.headers["oci-chunk-min-length"]?.toString() ?? "";
    return { target: locationOf(answer, tried), minChunkBytes: /^\d{1,12}$/.test(min) ? Number(min) : 0 };
  };
  const after = (answer: Answer, upload: Upload): Upload =>
    answer.headers.location === undefined ? upload : { ...upload, target: locationOf(answer, tried) };
  const plain = async (): Promise<Upload> => {
    const answer = await session.expect({ ...asked, method: "POST", at: `${repository.repository}/blobs/uploads/` }, [202]);
    await discard(answer);
    return opened(answer);
  };
  return {
    begin: async (digest, from) => {
      if (digest === undefined || from === undefined) return plain();
      const scopes = [own, scopeOf({ ...repository, repository: from }, "pull")];
      const at = `${repository.repository}/blobs/uploads/?mount=${encodeURIComponent(digest)}&from=${encodeURIComponent(from)}`;
      // A registry or an account that may not mount is no reason not to push.
      const answer = await session.ask({ ...asked, scopes, method: "POST", at }).catch((error: unknown) => {
        if (hasCode(error, "REGISTRY_REFUSED")) return undefined;
        throw error;
      });
      if (answer !== undefined) await discard(answer);
      if (answer?.status === 201) return undefined;
      return answer?.status === 202 ? opened(answer) : plain();
    },
    finish: (upload, digest, body) =>
      session.ask({
        ...asked,
        method: "PUT",
        at: withDigest(upload.target, digest),
        headers: OCTETS,
        ...(body === undefined ? {} : { body: { ...body, once: true } }),
      }),
    patch: (upload, body, range) =>
      session.ask({
        ...asked,
        method: "PATCH",
        at: upload.target,
        headers: { ...OCTETS, ...(range === undefined ? {} : { "content-range": range }) },
        body: { ...body, once: true },
      }),
    after,
    state: async (upload) => {
      for (let tries = 1; ; tries += 1) {
        const answer = await session.ask({ ...asked, method: "GET", at: upload.target }).catch((error: unknown) => {
          if (isSeaworthyError(error)) return undefined;
          throw error;
        });
        if (answer === undefined) return undefined;
        await discard(answer);
        const offset = answer.status === 204 || answer.status === 202 ? offsetAfter(answer) : undefined;
        if (offset !== undefined) return { offset, upload: after(answer, upload) };
        // The request that broke is still being put away there.
        if (![409, 423].includes(answer.status) || tries >= STATE_TRIES) return undefined;
        await session.clock.sleep(STATE_WAIT_MS * tries, session.signal);
      }
    },
    cancel: async (upload) => {
      const answer = await session.ask({ ...asked, attempts: 1, method: "DELETE", at: upload.target }).catch(() => undefined);
      if (answer !== undefined) await discard(answer);
    },
  };
};
