export { type AgentOptions, runAgent } from "./agent.ts";
export { advisoryEdition, rescanByChild } from "./rescan-child.ts";
export { systemdUnit } from "./systemd.ts";
