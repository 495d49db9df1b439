import type { IncomingMessage } from "node:http";
import { type Action, ACTIONS, type Identity, rightsOf } from "./rights.ts";

/** What a request needs before it is looked at: a way in, the catalogue, or one action on one repository. */
export type Demand =
  | { readonly kind: "enter" }
  | { readonly kind: "list" }
  | { readonly kind: "use"; readonly action: Action; readonly repository: string };

/** Who may do what. */
export interface Access {
  /** Who asks, when they may. @throws Refusal 401 with a challenge, 403, 429 */
  admit(request: IncomingMessage, demand: Demand): Promise<Identity>;
}

const ANYONE: Identity = { name: "anyone", may: rightsOf([{ pattern: "**", actions: ACTIONS }]) };

/** An open registry: whoever reaches it may do everything. */
export const openAccess: Access = { admit: async () => ANYONE };
