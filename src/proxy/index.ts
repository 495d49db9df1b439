export { type Backend, type HoldBounds, MAX_HOLD_SECONDS, type Server } from "./backend.ts";
export { PROXY_IMAGES } from "./container.ts";
export type { Counters } from "./haproxy/counters.ts";
export type { Processes } from "./haproxy/master.ts";
export type { ServerStatus } from "./haproxy/servers.ts";
export { createProxy, type Load, OLD_WORKER_MS, type Proxy, type ProxyOptions } from "./proxy.ts";
export { createFakeProxy } from "./fake.ts";
