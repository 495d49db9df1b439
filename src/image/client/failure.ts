import * as v from "valibot";
import { formatReference, forTerminal, isSeaworthyError, type Reference, SeaworthyError, wordsOf } from "../../core/index.ts";
import type { Answer } from "./http.ts";
import { readBounded } from "./http.ts";
import { loginHint } from "./login-hint.ts";
import { formatRateLimit, rateLimitOf } from "./rate-limit.ts";

const MAX_ERROR_BYTES = 1024 * 1024;

const errorSchema = v.looseObject({
  errors: v.array(v.looseObject({ code: v.exactOptional(v.nullable(v.string())), message: v.exactOptional(v.nullable(v.string())) })),
});

/** What the registry said: its error codes and messages (distribution-spec, "Error Codes"), or the first words of its page. */
const wordsFrom = async (answer: Answer): Promise<{ codes: readonly string[]; words: string }> => {
  const body = Buffer.from(await readBounded(answer, MAX_ERROR_BYTES).catch(() => new Uint8Array())).toString("utf8");
  try {
    const { errors } = v.parse(errorSchema, JSON.parse(body));
    const codes = errors.map((each) => each.code ?? "");
    return { codes, words: errors.map((each) => [each.code, each.message].filter(Boolean).join(": ")).join("; ") };
  } catch {
    return {
      codes: [],
      words: body
        .replace(/<[^>]*>/g, " ")
        .replace(/\s+/g, " ")
        .trim(),
    };
  }
};

const isImmutable = (status: number, codes: readonly string[], words: string): boolean =>
  /immutab|never moves?|ImageTagAlreadyExists|tag already exists/i.test(words)
    ? [400, 403, 409, 412].includes(status)
    : status === 409 && codes.includes("DENIED");

/** 507 is what it is for; most registries only say it, docker's own client goes by the same words (moby, retryOnError). */
const isFull = (status: number, words: string): boolean => status === 507 || (status >= 400 && /no space left on device/i.test(words));

/** Names the place: `registry.example:5000/team/app:1.2.3`. */
export const placeOf = (reference: Reference): string => formatReference(reference);

/** An answer that is not what was asked for, as a coded error. Reads (a bound of) the body. */
export const refusal = async (
  answer: Answer,
  tried: string,
  { pushesTag = false, registry }: { readonly pushesTag?: boolean; readonly registry?: string } = {},
): Promise<SeaworthyError> => {
  const { codes, words } = await wordsFrom(answer);
  const said = words === "" ? "" : `: ${forTerminal(words).slice(0, 1000)}`;
  const message = `${tried}: the registry answered ${answer.status}${said}`;
  const facts = { details: { status: answer.status, codes } };
  if (pushesTag && isImmutable(answer.status, codes, words)) return new SeaworthyError("TAG_IMMUTABLE", message, facts);
  if (isFull(answer.status, words))
    return new SeaworthyError("DISK_FULL", message, { ...facts, hint: "Free space where the registry keeps its data, then run again." });
  if (answer.status === 404) return new SeaworthyError("IMAGE_NOT_FOUND", message, facts);
  if (answer.status === 401 || answer.status === 403)
    return new SeaworthyError("REGISTRY_REFUSED", message, {
      ...facts,
      hint: loginHint(registry ?? answer.url.host),
    });
  const limit = answer.status === 429 ? rateLimitOf(answer, answer.url.host) : undefined;
  if (limit !== undefined)
    return new SeaworthyError("REGISTRY_UNREACHABLE", `${message} (${formatRateLimit(limit)})`, {
      details: { ...facts.details, rateLimit: limit },
      hint: "Log in with docker login (an account has a limit of its own, and a higher one), pull through a mirror, or wait.",
    });
  if (answer.status === 429 || answer.status >= 500) return new SeaworthyError("REGISTRY_UNREACHABLE", message, facts);
  return new SeaworthyError("REGISTRY_REFUSED", message, facts);
};

const isUntrusted = (error: unknown): boolean =>
  /CERT|SELF_SIGNED|UNABLE_TO_|ALTNAME/.test((error as NodeJS.ErrnoException | undefined)?.code ?? "");

/** A connection that failed, as a coded error. Errors that already carry a code pass through. */
export const unreachable = (error: unknown, tried: string): unknown =>
  isSeaworthyError(error) || (error instanceof Error && error.name === "AbortError")
    ? error
    : new SeaworthyError("REGISTRY_UNREACHABLE", `${tried}: ${forTerminal(wordsOf(error)) || String((error as { code?: unknown }).code)}`, {
        cause: error,
        ...(isUntrusted(error)
          ? { hint: "Put its authority into /etc/docker/certs.d/HOST:PORT/ca.crt, into the system's store, or into NODE_EXTRA_CA_CERTS." }
          : {}),
      });
