import { SeaworthyError } from "../errors.ts";

declare const brand: unique symbol;

/** A server's share of traffic in HAProxy's own unit: a whole number from 0 (checked, but no requests) to 256. */
export type Weight = number & { readonly [brand]: "Weight" };

/** @throws INPUT_INVALID outside 0 to 256. */
export const parseWeight = (amount: number): Weight => {
  if (!Number.isInteger(amount) || amount < 0 || amount > 256)
    throw new SeaworthyError("INPUT_INVALID", `${amount} is not a weight: expected a whole number from 0 to 256`);
  return amount as Weight;
};

/** No requests, but health checks go on. */
export const NO_TRAFFIC = 0 as Weight;
/** The share of a server that is fully in service. */
export const FULL_TRAFFIC = 100 as Weight;
