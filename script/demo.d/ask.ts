import { request } from "node:http";

/** The version that answers at the proxy, by the app's own header. */
export const versionThere = (port: number, host: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const asked = request(
      { host: "127.0.0.1", port, path: "/", headers: { host, accept: "application/json" }, agent: false },
      (response) => {
        response.resume();
        response.on("end", () =>
          resolve(response.statusCode === 200 ? String(response.headers["x-version"]) : `status ${response.statusCode}`),
        );
      },
    );
    asked.setTimeout(10_000, () => asked.destroy(new Error("no answer within 10 s")));
    asked.on("error", reject);
    asked.end();
  });
