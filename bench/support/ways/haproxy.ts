import { writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { join } from "node:path";
import { PROXY_IMAGES } from "../../../src/proxy/index.ts";
import type { Installation } from "../../../test/support/e2e/installation.ts";
import { labelOf, scratchFolder, stopContainer } from "./way.ts";

/** An HAProxy that Seaworthy has nothing to do with: the same program from the same image, so that what differs is how it is told of containers. */
export interface PlainHaproxy extends AsyncDisposable {
  readonly name: string;
  /** Writes its configuration; it is not told. */
  configure(backend: string): void;
  /** One command on the master's socket. */
  master(command: string): Promise<string>;
}

/** The defaults that HAProxy's own guides begin with. */
const configuration = (port: number, backend: string): string => `
defaults
    mode http
    timeout connect 2s
    timeout client 60s
    timeout server 60s
    timeout check 2s
frontend http
    bind :${port}
    default_backend web
${backend}
`;

export const startHaproxy = async (
  shop: Installation,
  { network, port, backend }: { readonly network: string; readonly port: number; readonly backend: string },
): Promise<PlainHaproxy> => {
  const folder = scratchFolder();
  const name = `${shop.project}-contrast-proxy`;
  const configure = (text: string): void => writeFileSync(join(folder.path, "haproxy.cfg"), configuration(port, text));
  configure(backend);
  const where = ["--network", network, "--volume", `${folder.path}:/plain`, "--user", "0:0", "--entrypoint", "haproxy"];
  const image = process.env["BENCH_HAPROXY"] ?? PROXY_IMAGES[0];
  await shop.docker.run(
    ["run", "--detach", "--name", name, ...(await labelOf(shop)), ...where, image].concat([
      "-W",
      "-db",
      "-S",
      "/plain/master.sock,mode,600",
      "-f",
      "/plain/haproxy.cfg",
    ]),
  );
  return {
    name,
    configure,
    master: (command) =>
      new Promise((resolve, reject) => {
        let text = "";
        const connection = createConnection(join(folder.path, "master.sock"), () => connection.end(`${command}\n`));
        connection.setTimeout(5000, () => connection.destroy(new Error(`HAProxy's master did not answer "${command}" within 5 s`)));
        connection.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        connection.on("error", reject).on("close", () => resolve(text));
      }),
    [Symbol.asyncDispose]: async () => {
      await stopContainer(shop, name);
      folder.remove();
    },
  };
};
