export { type AgentOptions, runAgent } from "./agent.ts";
export { systemdUnit } from "./systemd.ts";
