/** Counters of this process in Prometheus' text format 0.0.4. */
const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const requests = new Map();
const durations = { counts: buckets.map(() => 0), sum: 0, count: 0 };
let inFlight = 0;

export function begin() {
  inFlight++;
}

export function end(method, route, status, seconds) {
  inFlight--;
  const key = `method="${method}",route="${route}",status="${status}"`;
  requests.set(key, (requests.get(key) ?? 0) + 1);
  durations.sum += seconds;
  durations.count++;
  const index = buckets.findIndex((limit) => seconds <= limit);
  if (index >= 0) durations.counts[index]++;
}

export function render({ version, ready, pool }) {
  let below = 0;
  return [
    "# HELP storefront_info What is running.",
    "# TYPE storefront_info gauge",
    `storefront_info{version="${version}"} 1`,
    "# HELP storefront_ready 1 when it takes traffic.",
    "# TYPE storefront_ready gauge",
    `storefront_ready ${ready ? 1 : 0}`,
    "# HELP http_requests_total Requests answered.",
    "# TYPE http_requests_total counter",
    ...[...requests].map(([labels, count]) => `http_requests_total{${labels}} ${count}`),
    "# HELP http_requests_in_flight Requests being answered.",
    "# TYPE http_requests_in_flight gauge",
    `http_requests_in_flight ${inFlight}`,
    "# HELP http_request_duration_seconds Time from the request's head to the end of its answer.",
    "# TYPE http_request_duration_seconds histogram",
    ...buckets.map((limit, index) => `http_request_duration_seconds_bucket{le="${limit}"} ${(below += durations.counts[index])}`),
    `http_request_duration_seconds_bucket{le="+Inf"} ${durations.count}`,
    `http_request_duration_seconds_sum ${durations.sum}`,
    `http_request_duration_seconds_count ${durations.count}`,
    "# HELP database_connections Connections of the pool by state.",
    "# TYPE database_connections gauge",
    `database_connections{state="total"} ${pool.totalCount}`,
    `database_connections{state="idle"} ${pool.idleCount}`,
    `database_connections{state="waiting"} ${pool.waitingCount}`,
    "# HELP process_resident_memory_bytes Resident memory.",
    "# TYPE process_resident_memory_bytes gauge",
    `process_resident_memory_bytes ${process.memoryUsage.rss()}`,
    "# HELP process_cpu_seconds_total User and system time.",
    "# TYPE process_cpu_seconds_total counter",
    `process_cpu_seconds_total ${(process.cpuUsage().user + process.cpuUsage().system) / 1e6}`,
    "",
  ].join("\n");
}
