// One HTTP server in Node that is right, and wrong in each of the ways its arguments name.
const http = require("node:http");
const net = require("node:net");
const fs = require("node:fs");
const os = require("node:os");

const ways = new Set(process.argv.slice(2));
const way = (name) => ways.has(name);
const kept = new Map();
const held = [];
const startedAt = Date.now();
let refused = 0;
const stamp = () =>
  way("local-time") ? new Date(Date.now() + 3 * 3_600_000).toISOString().slice(0, 19).replace("T", " ") : new Date().toISOString();
const say = (message) => {
  if (way("logs-to-file")) fs.appendFileSync("/var/log/app.log", `${message}\n`);
  else if (way("plain-log")) console.log(`${stamp()} ${message}`);
  else console.log(JSON.stringify({ time: stamp(), level: "info", message }));
};
if (way("fills-memory")) held.push(Buffer.alloc(120 * 1024 * 1024, 1));
if (way("prints-secret")) say(`connecting as shop with ${process.env.SHOP_PASSWORD}`);
if (way("writes-scratch")) fs.writeFileSync("/scratch/cache", "kept for later\n");
// Nobody takes it away when it is killed.
if (way("leaves-lock")) {
  if (fs.existsSync("/srv/lock")) {
    say("another one is running");
    process.exit(1);
  }
  fs.writeFileSync("/srv/lock", "");
}
if (way("calls-out")) fetch("http://telemetry.example:8080/", { signal: AbortSignal.timeout(1000) }).catch(() => undefined);
/** Asks what it depends on, once in a while. */
const askOther = () => {
  const socket = net.connect({ host: "other", port: 3000, timeout: 2000 });
  const failed = () => {
    socket.destroy();
    if (way("needs-other")) process.exit(1);
  };
  socket
    .on("error", failed)
    .on("timeout", failed)
    .on("connect", () => socket.end());
};
if (way("needs-other") || way("asks-other")) setInterval(askOther, 500);
if (way("writes-state")) fs.mkdirSync("/srv/state", { recursive: true });

if (way("logs-to-file")) fs.mkdirSync("/var/log", { recursive: true });

const server = http.createServer((request, response) => {
  const body = [];
  request.on("data", (chunk) => body.push(chunk));
  request.on("end", () => {
    const { method, url } = request;
    if (way("leaks")) held.push(Buffer.alloc(1024 * 1024, 1));
    if (way("leaks-fast")) held.push(Buffer.alloc(24 * 1024 * 1024, 1));
    if (way("writes-state")) fs.appendFileSync("/srv/state/requests", `${method} ${url}\n`);
    if (way("burns")) for (const until = process.cpuUsage().user + 20_000; process.cpuUsage().user < until;);
    // Counted and not timed alone: on a busy machine the check itself may take longer.
    if (way("ready-early") && url !== "/health" && (Date.now() - startedAt < 3000 || refused < 5)) {
      refused += 1;
      response.statusCode = 503;
    }
    if (way("ready-late") && Date.now() - startedAt < 3000) response.statusCode = 503;
    if (url.startsWith("/kept/")) {
      const path = `/data/${url.slice(6)}`;
      if (method === "PUT") {
        if (way("keeps-in-memory")) kept.set(path, Buffer.concat(body));
        else fs.writeFileSync(path, Buffer.concat(body), { flush: true });
        response.statusCode = 201;
      } else response.statusCode = (way("keeps-in-memory") ? kept.has(path) : fs.existsSync(path)) ? 200 : 404;
    }
    say(`${method} ${url}`);
    response.end("ok\n");
  });
});
const listen = () => server.listen(3000, () => say("listening"));
const isAlone = () => Object.values(os.networkInterfaces()).every((all) => all.every(({ internal }) => internal));
const listenOnceThere = () => (isAlone() ? setTimeout(listenOnceThere, 100) : listen());
if (way("slow")) setTimeout(listen, 4000);
else if (way("waits-for-network")) listenOnceThere();
else listen();
if (way("debug-port")) http.createServer((request, response) => response.end()).listen(9229);

const end = () => {
  server.close(() => process.exit(0));
  setInterval(() => server.closeIdleConnections(), 50).unref();
};
if (way("ends-at-once")) process.on("SIGTERM", () => process.exit(0));
else if (way("drops-connections"))
  process.on("SIGTERM", () => {
    server.close(() => process.exit(0));
    server.closeAllConnections();
  });
else if (way("ends-wrong"))
  process.on("SIGTERM", () => server.close(() => process.exit(3)) && setInterval(() => server.closeIdleConnections(), 50).unref());
else if (way("ignores-stop")) process.on("SIGTERM", () => say("not now"));
else if (!way("no-handler")) process.on("SIGTERM", end);
