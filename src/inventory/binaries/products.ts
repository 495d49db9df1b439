import { LANGUAGES } from "./languages.ts";
import type { Product } from "./product.ts";
import { SERVERS } from "./servers.ts";
import { TOOLS } from "./tools.ts";

/** Every program that is known by what is written in it. */
export const PRODUCTS: readonly Product[] = [...LANGUAGES, ...SERVERS, ...TOOLS];
