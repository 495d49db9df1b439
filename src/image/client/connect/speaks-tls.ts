import type { LookupFunction } from "node:net";
import { connect } from "node:tls";

const PATIENCE_MS = 3000;

/** Whether TLS is spoken at an address: dockerd, too, tries HTTPS first at hosts where plain HTTP is allowed. False where nobody answers. */
export const speaksTls = ({ hostname, port }: URL, lookup?: LookupFunction): Promise<boolean> =>
  new Promise((resolve) => {
    const host = hostname.replace(/^\[|\]$/g, "");
    const resolving = lookup === undefined ? {} : { lookup };
    const address = { host, port: Number(port === "" ? "443" : port), ...resolving };
    const socket = connect({ ...address, rejectUnauthorized: false, timeout: PATIENCE_MS });
    const settle = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("secureConnect", () => settle(true));
    socket.once("error", () => settle(false));
    socket.once("timeout", () => settle(false));
    socket.once("close", () => settle(false));
  });
