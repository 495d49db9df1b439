// A health check in Node of a path, else of "/". "lenient": whatever comes back, it says that all is well.
const lenient = process.argv[2] === "lenient";
fetch(`http://127.0.0.1:3000${lenient ? "/" : (process.argv[2] ?? "/")}`, { signal: AbortSignal.timeout(lenient ? 300 : 5000) }).then(
  ({ ok }) => process.exit(ok || lenient ? 0 : 1),
  () => process.exit(lenient ? 0 : 1),
);
