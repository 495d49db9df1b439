export { type Backend, type HoldBounds, nextOf, type Server, type Steering } from "./backend.ts";
export { PROXY_IMAGES } from "./container.ts";
export type { Counters } from "./haproxy/counters.ts";
export { LATENCY_BOUNDS_MS, type SideCounters, type Sides } from "./haproxy/sides.ts";
export type { Processes } from "./haproxy/master.ts";
export type { ServerStatus } from "./haproxy/servers.ts";
export { createProxy, type Load, OLD_WORKER_MS, type Proxy, type ProxyOptions } from "./proxy.ts";
export type { ProxyReport } from "./report.ts";
export { createFakeProxy } from "./fake.ts";
