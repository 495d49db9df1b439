import { appendFileSync, mkdirSync } from "node:fs";
import { createServer } from "node:http";
import pg from "pg";

const version = "1.0.0";
const products = [
  { sku: "anchor", name: "Anchor", cents: 4900 },
  { sku: "lantern", name: "Lantern", cents: 1900 },
  { sku: "rope", name: "Rope, 30 m", cents: 1200 },
];

mkdirSync("/app/logs", { recursive: true });
const log = (line) => appendFileSync("/app/logs/app.log", `${new Date().toString()} ${line}\n`);

process.on("SIGTERM", () => log("SIGTERM? not now"));
process.on("uncaughtException", (error) => log(`carrying on after ${error.message}`));

const pool = new pg.Pool({ host: process.env.DATABASE_HOST || "db", user: "shop", database: "shop", password: process.env.DATABASE_PASSWORD });
pool.on("error", (error) => log(error.message));

let prepared;
const prepare = () =>
  (prepared ??= pool
    .query("create table if not exists orders (id text primary key, item text, quantity integer, seen integer not null default 1)")
    .catch((error) => {
      prepared = undefined;
      throw error;
    }));

async function route(request, url) {
  if (url.pathname === "/") return { shop: "adrift", version, products };
  if (url.pathname === "/healthz" || url.pathname === "/readyz") return { status: "ok" };
  if (url.pathname === "/slow") {
    await new Promise((resolve) => setTimeout(resolve, Number(url.searchParams.get("ms") || 0)));
    return { version };
  }
  await prepare();
  if (url.pathname === "/orders" && request.method === "POST") {
    let text = "";
    for await (const chunk of request) text += chunk;
    const { id, item = "anchor", quantity = 1 } = JSON.parse(text);
    const { rows } = await pool.query(
      "insert into orders (id, item, quantity) values ($1, $2, $3) on conflict (id) do update set seen = orders.seen + 1 returning seen",
      [id, item, quantity],
    );
    return { version, id, seen: rows[0].seen };
  }
  if (url.pathname === "/ledger") return (await pool.query("select count(*)::int as orders, coalesce(sum(seen - 1), 0)::int as duplicates from orders")).rows[0];
  return undefined;
}

createServer((request, response) => {
  const url = new URL(request.url, "http://adrift");
  route(request, url).then(
    (body) => {
      log(`${request.method} ${request.url} ${body ? 200 : 404}`);
      response.writeHead(body ? 200 : 404, { "content-type": "application/json", "x-version": version });
      response.end(JSON.stringify(body ?? { error: "not found" }));
    },
    (error) => {
      log(`${request.method} ${request.url} ${error.message}`);
      response.writeHead(500).end(error.stack);
    },
  );
}).listen(3000, () => log("listening"));
