/** For the image's HEALTHCHECK: exit 0 only when the server answers 200 on /healthz within 2 s. */
import { get } from "node:http";

const request = get({ host: "127.0.0.1", port: process.env.PORT || 3000, path: "/healthz", timeout: 2000 }, (response) => {
  response.resume();
  response.on("end", () => process.exit(response.statusCode === 200 ? 0 : 1));
});
request.on("timeout", () => request.destroy());
request.on("error", () => process.exit(1));
