/** Holds the request's id once it has one; a request that is no HTTP never gets so far. */
export const ID = "txn.sw_id";

/** The rest of a rule that answers by itself: a sentence, and the id under which the request is found in logs. Plain text, so that nothing a client sent is ever markup. */
export const plainPage = (sentence: string): string => `content-type text/plain lf-string "${sentence}\\nRequest id: %[var(${ID})]\\n"`;

const SENTENCES: Readonly<Record<number, string>> = {
  400: "The request is no valid HTTP.",
  408: "The request did not come in time.",
  500: "The proxy could not handle the request.",
  502: "The service broke off, or its answer is no valid HTTP.",
  503: "The service cannot answer now.",
  504: "The service did not answer in time.",
};

/** In the place of HAProxy's own pages. */
export const ERROR_PAGES: readonly string[] = Object.entries(SENTENCES).map(
  ([status, sentence]) => `http-error status ${status} ${plainPage(sentence)}${status === "503" ? " hdr Retry-After 5" : ""}`,
);
