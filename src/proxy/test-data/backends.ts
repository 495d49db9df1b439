import { FULL_TRAFFIC, type Weight } from "../../core/index.ts";
import type { Backend, Server } from "../backend.ts";

export const serverOf = (name: string, weight: Weight = FULL_TRAFFIC, changes: Partial<Server> = {}): Server => ({
  name,
  address: "10.209.0.2",
  port: 3000,
  weight,
  ...changes,
});

export const backendOf = (name: string, servers: readonly (string | Server)[] = [], changes: Partial<Backend> = {}): Backend => ({
  name,
  hosts: [`${name.split(".")[1] ?? "x"}.example`],
  check: { path: "/readyz", host: "localhost" },
  httpPort: 80,
  servers: servers.map((server) => (typeof server === "string" ? serverOf(server) : server)),
  ...changes,
});
