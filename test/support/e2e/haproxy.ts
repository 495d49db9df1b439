import { createConnection } from "node:net";
import { join } from "node:path";
import type { Installation } from "./installation.ts";
import type { Scratch } from "./scratch.ts";

const ask = (socket: string, command: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = "";
    const connection = createConnection(socket, () => connection.end(`${command}\n`));
    connection.setTimeout(5000, () => connection.destroy(new Error(`HAProxy did not answer "${command}" within 5 s`)));
    connection.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    connection.on("error", reject).on("end", () => resolve(text));
  });

/** One command on HAProxy's own socket, as a person with socat. */
export const askProxy = ({ scratch }: { readonly scratch: Pick<Scratch, "state"> }, command: string): Promise<string> =>
  ask(join(scratch.state, "proxy", "sockets", "admin.sock"), command);

/** What HAProxy itself says of the web service, asked without the product's code. */
export interface ProxyView {
  /** Name to weight. */
  readonly servers: Readonly<Record<string, number>>;
  readonly requests: number;
  /** 5xx answers and answers cut by a server, since HAProxy started. */
  readonly failed: number;
}

export const viewProxy = async ({ scratch, project }: Installation): Promise<ProxyView> => {
  const [head, ...lines] = (await askProxy({ scratch }, "show stat")).trim().split("\n");
  const columns = (head ?? "").replace(/^# /, "").split(",");
  const rows = lines
    .map((line) => Object.fromEntries(line.split(",").map((value, index) => [columns[index] ?? "", value])))
    .filter((row) => row["pxname"] === `${project}.web`);
  const backend = rows.find((row) => row["svname"] === "BACKEND");
  return {
    servers: Object.fromEntries(
      rows.filter((row) => row["svname"] !== "BACKEND").map((row) => [row["svname"] ?? "", Number(row["weight"])]),
    ),
    requests: Number(backend?.["req_tot"]),
    failed: Number(backend?.["hrsp_5xx"]) + Number(backend?.["srv_abrt"]),
  };
};
