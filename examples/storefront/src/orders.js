import { readFile } from "node:fs/promises";
import pg from "pg";
import { version } from "./version.js";

/**
 * The orders, each counted once: an id that comes again raises `seen`, so that a request delivered twice shows. PGHOST, PGPORT, PGUSER and PGDATABASE say
 * where; the password is read from PGPASSWORD_FILE for each new connection, so a rotated secret needs no restart.
 */
export function openOrders({ onError }) {
  const pool = new pg.Pool({
    max: Number(process.env.DATABASE_CONNECTIONS || 8),
    connectionTimeoutMillis: 3000,
    query_timeout: 10_000,
    idleTimeoutMillis: 0,
    keepAlive: true,
    application_name: `storefront/${version}`,
    password: async () => (await readFile(process.env.PGPASSWORD_FILE || "/run/secrets/db_password", "utf8")).trim(),
  });
  pool.on("error", onError);

  return {
    pool,
    ping: () => pool.query("select 1"),
    close: () => pool.end(),

    /** Two instances may start at once: the lock makes one of them create the table. */
    async prepare() {
      const client = await pool.connect();
      try {
        await client.query("begin; select pg_advisory_xact_lock(7402)");
        await client.query(
          "create table if not exists orders (id text collate \"C\" primary key, item text not null, quantity integer not null, seen integer not null default 1, version text not null, created_at timestamptz not null default now())",
        );
        await client.query("commit");
      } catch (error) {
        await client.query("rollback").catch(() => {});
        throw error;
      } finally {
        client.release();
      }
    },

    /** Returns how often this id has been seen, this time included. */
    async place({ id, item, quantity }) {
      const { rows } = await pool.query({
        name: "place",
        text: "insert into orders (id, item, quantity, version) values ($1, $2, $3, $4) on conflict (id) do update set seen = orders.seen + 1 returning seen",
        values: [id, item, quantity, version],
      });
      return rows[0].seen;
    },

    async find(id) {
      const { rows } = await pool.query("select id, item, quantity, seen, version, created_at from orders where id = $1", [id]);
      return rows[0];
    },

    /** Ids that start with `prefix`, after `after`, in order: `[id, seen]`. */
    async list({ prefix, after, limit }) {
      const { rows } = await pool.query({
        text: "select id, seen from orders where id > $1 and starts_with(id, $2) order by id limit $3",
        values: [after < prefix ? prefix : after, prefix, limit],
        rowMode: "array",
      });
      return rows;
    },

    async totals() {
      const { rows } = await pool.query("select count(*)::int as orders, coalesce(sum(seen - 1), 0)::int as duplicates from orders");
      return rows[0];
    },
  };
}
