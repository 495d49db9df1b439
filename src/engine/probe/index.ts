export * from "./http.ts";
export * from "./wait.ts";
