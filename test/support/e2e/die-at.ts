import { DatabaseSync, type SQLInputValue } from "node:sqlite";

/**
 * Loaded into a process of the product before its own code (`node --import`): kills it for good (SIGKILL) around the entry of the journal that
 * SEAWORTHY_TEST_DIE_AT names, `<moment> <n> [<ms>]`, counted from 1 over what this process writes. `before`: what the entry tells of was done, and the entry
 * is lost. `after`: the entry is on the disk, and what it announces is not begun. `amid`: so many milliseconds after the entry was written.
 * `on <kind> <step>` is `after` the first entry of that kind whose step begins so.
 */
const [moment = "", count = "0", ms = "0"] = (process.env["SEAWORTHY_TEST_DIE_AT"] ?? "").split(" ");
const wanted = Number(count);
let written = 0;
let ripe = false;

const isNamed = (kind: SQLInputValue | undefined, body: SQLInputValue | undefined): boolean =>
  moment === "on" && kind === count && typeof body === "string" && body.includes(`"step":"${ms}`);

const die = (): void => void process.kill(process.pid, "SIGKILL");

const of = <K extends "prepare" | "exec">(name: K): DatabaseSync[K] => Reflect.get(DatabaseSync.prototype, name);
const [prepare, exec] = [of("prepare"), of("exec")];
DatabaseSync.prototype.prepare = function (sql, ...rest) {
  const statement = prepare.call(this, sql, ...rest);
  if (!sql.startsWith("INSERT INTO entries ")) return statement;
  const run = statement.run.bind(statement);
  return Object.assign(statement, {
    run: (...values: SQLInputValue[]) => {
      written += 1;
      if (written === wanted && moment === "before") die();
      // The columns of the statement: position, project, release, kind, at, body, hash.
      if (written === wanted || isNamed(values[3], values[5])) ripe = true;
      return run(...values);
    },
  });
};
DatabaseSync.prototype.exec = function (sql) {
  exec.call(this, sql);
  if (sql !== "COMMIT" || !ripe) return;
  ripe = false;
  if (moment !== "amid") die();
  else setTimeout(die, Number(ms));
};
