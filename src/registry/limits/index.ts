export { createAccountStorage } from "./account-storage.ts";
export { createLimits, type LimitOptions, type Limits } from "./limits.ts";
