import * as v from "valibot";
import { isRequestTarget } from "../../core/index.ts";
import { described, listSchema, portSchema, section, textSchema } from "./section.ts";

const METHODS = ["get", "post", "put", "patch", "delete", "head"] as const;
/** `{n}` stands for a number, in pairs that show whether what was acknowledged is kept. */
const path = v.pipe(
  v.string("expected a path"),
  v.check(
    (text) => isRequestTarget(text.replaceAll("{n}", "0")),
    "expected a path that begins with /, of at most 512 letters, digits and -._~!$&()*+,;=:@%/?",
  ),
);

const METHOD_FIELDS = {
  get: v.optional(described("The path of a GET.", path)),
  post: v.optional(described("The path of a POST.", path)),
  put: v.optional(described("The path of a PUT.", path)),
  patch: v.optional(described("The path of a PATCH.", path)),
  delete: v.optional(described("The path of a DELETE.", path)),
  head: v.optional(described("The path of a HEAD.", path)),
};

const status = v.pipe(
  v.number("expected a status such as 200"),
  v.integer("expected a status such as 200"),
  v.minValue(100, "a status is from 100 to 599"),
  v.maxValue(599, "a status is from 100 to 599"),
);

const requestSchema = v.pipe(
  v.strictObject({
    ...METHOD_FIELDS,
    port: v.optional(described("The port inside the container. Default: the route's.", portSchema)),
    headers: v.optional(described("Headers to send.", v.record(v.string(), textSchema))),
    body: v.optional(
      described(
        "Text, or what is sent as JSON.",
        v.union(
          [v.string(), v.record(v.string(), v.union([v.string(), v.number(), v.boolean()]))],
          "expected text, or a mapping of words and numbers",
        ),
      ),
    ),
    expect: v.optional(described("The status that counts as right.", status)),
  }),
  v.check((request) => METHODS.filter((method) => request[method] !== undefined).length === 1, `expected one of ${METHODS.join(", ")}`),
);

export type WrittenRequest = v.InferOutput<typeof requestSchema>;

export const serviceTrial = section({
  key: "trial",
  scope: "service",
  docs: "What a sea trial asks the service, how much is tried, and which other services it needs beside it. Without requests what answers is found: the readiness path, the health check's address, / on every port.",
  schema: v.strictObject({
    level: v.optional(
      described(
        "How much is tried: quick, standard or deep.",
        v.picklist(["quick", "standard", "deep"], "expected quick, standard or deep"),
      ),
      "standard",
    ),
    ship: v.optional(
      described(
        "How much `seaworthy ship` tries of an image that was not tried before: quick, standard or deep. Default: nothing; what `seaworthy trial` showed of the same image counts all the same.",
        v.picklist(["quick", "standard", "deep"], "expected quick, standard or deep"),
      ),
    ),
    requests: v.optional(described("Requests that show that the service works.", v.array(requestSchema)), []),
    state: v.optional(
      described(
        "Pairs that show whether what was acknowledged is kept: a request that writes and one that reads it back; {n} in both is a number that grows.",
        v.array(v.strictObject({ write: requestSchema, read: requestSchema })),
      ),
      [],
    ),
    egress: v.optional(
      described(
        "What it may reach outside of the project: `api.example.com`, `*.example.com:443`, an address. A deep trial disproves anything else. Default: what it reaches for is listed, and not judged.",
        v.array(
          v.pipe(
            v.string("expected a name or an address, such as api.example.com:443"),
            v.regex(
              /^(?:\*\.)?[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*(?::\d{1,5})?$/,
              "expected a name or an address, such as api.example.com:443",
            ),
          ),
        ),
      ),
    ),
    needs: v.optional(described("Services that run beside it. Default: those of depends_on.", listSchema)),
  }),
});

/** One request as it is sent. */
export const requestOf = (written: WrittenRequest) => {
  const method = METHODS.find((one) => written[one] !== undefined) ?? "get";
  const { port, headers = {}, body, expect } = written;
  const isText = body === undefined || typeof body === "string";
  return {
    method: method.toUpperCase(),
    path: written[method] ?? "/",
    ...(port === undefined ? {} : { port }),
    headers: isText ? headers : { "content-type": "application/json", ...headers },
    ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
    ...(expect === undefined ? {} : { expect }),
  };
};
