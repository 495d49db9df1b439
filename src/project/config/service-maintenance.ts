import * as v from "valibot";
import { isNetwork } from "../../core/index.ts";
import { described, durationSchema, section, wordSchema } from "./section.ts";

export const serviceMaintenance = section({
  key: "maintenance",
  scope: "service",
  docs: "What is shown while `seaworthy maintenance on` closes the service, and who may look behind it.",
  schema: v.strictObject({
    page: v.optional(
      described("A file with HTML, at most 14000 bytes with all it needs. Absent: a page that says the service is back soon.", wordSchema),
    ),
    retryAfter: v.optional(
      described(
        "What clients are told to wait (Retry-After).",
        v.pipe(
          durationSchema,
          v.check((ms) => ms >= 1000 && ms <= 604_800_000, "expected 1s to 7d"),
        ),
      ),
      "2m",
    ),
    allow: v.optional(
      described(
        "Who is served all the same.",
        v.strictObject({
          addresses: v.optional(
            described(
              "Client addresses and networks.",
              v.pipe(
                v.array(v.pipe(wordSchema, v.check(isNetwork, "expected an address or a network such as 10.0.0.0/8 or 2001:db8::/32"))),
                v.maxLength(100, "expected at most 100 addresses"),
              ),
            ),
          ),
          key: v.optional(
            described(
              "What the header X-Seaworthy-Maintenance must say. Of it only a hash is kept.",
              v.pipe(wordSchema, v.minLength(16, "expected at least 16 characters, since anybody may guess")),
            ),
          ),
        }),
      ),
    ),
  }),
});
