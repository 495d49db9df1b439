/** Metrics of a CVSS vector by name; undefined where one stands twice or is no metric. */
export const metricsOf = (parts: readonly string[]): ReadonlyMap<string, string> | undefined => {
  const metrics = new Map<string, string>();
  for (const part of parts) {
    const [, name = "", value = ""] = /^([A-Za-z]{1,3}):([A-Za-z]{1,6})$/.exec(part) ?? [];
    if (name === "" || metrics.has(name)) return undefined;
    metrics.set(name, value);
  }
  return metrics;
};
