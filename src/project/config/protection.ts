import { resolve } from "node:path";
import type * as v from "valibot";
import { sha256Hex } from "../../core/index.ts";
import type { LimitSettings, MaintenanceSettings } from "../settings.ts";
import type { serviceLimits } from "./service-limits.ts";
import type { serviceMaintenance } from "./service-maintenance.ts";

export const limitsOf = ({
  body,
  unmeasured,
  rate,
  perClient,
  perReplica,
  timeouts = {},
}: v.InferOutput<typeof serviceLimits.schema>): LimitSettings => {
  const times = Object.entries(timeouts).flatMap(([what, ms]) => (ms === undefined ? [] : [[`${what}Ms`, Math.round(ms)] as const]));
  return {
    ...(body === undefined ? {} : { bodyBytes: body }),
    ...(unmeasured ? { unmeasured } : {}),
    ...(rate === undefined ? {} : { rate: { requests: rate.requests, seconds: rate.per / 1000 } }),
    ...(perClient === undefined ? {} : { perClient }),
    ...(perReplica === undefined ? {} : { perReplica }),
    ...(times.length === 0 ? {} : { timeouts: Object.fromEntries(times) }),
  };
};

/** The key itself goes no further than here. */
export const maintenanceOf = (
  { page, retryAfter, allow = {} }: v.InferOutput<typeof serviceMaintenance.schema>,
  folder: string,
): MaintenanceSettings => {
  const { addresses, key } = allow;
  return {
    ...(page === undefined ? {} : { page: resolve(folder, page) }),
    retrySeconds: Math.round(retryAfter / 1000),
    ...(addresses === undefined && key === undefined
      ? {}
      : {
          allow: {
            ...(addresses === undefined ? {} : { addresses }),
            ...(key === undefined ? {} : { keySha256: sha256Hex(key) }),
          },
        }),
  };
};
