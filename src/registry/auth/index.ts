export { type Access, type Demand, openAccess } from "./access.ts";
export { type Action, type Identity, may } from "./rights.ts";
