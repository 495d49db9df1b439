import type { Labels } from "../types.ts";

/** The API's `filters` query for labels: all must be there, one with an empty value with any value. */
export const labelFilter = (labels: Labels): { readonly filters?: string } => {
  const wanted = Object.entries(labels).map(([key, value]) => (value === "" ? key : `${key}=${value}`));
  return wanted.length === 0 ? {} : { filters: JSON.stringify({ label: wanted }) };
};
