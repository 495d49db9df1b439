import { readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { Duplex, Readable } from "node:stream";
import * as v from "valibot";
import { fileError, SeaworthyError } from "../../core/index.ts";
import type { EngineAddress } from "./address.ts";
import { engineError } from "./errors.ts";

interface EngineCall {
  /** Completes "cannot ..." in errors: `start shop-web-1`. */
  readonly tried: string;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Built with `path`, so that no name can leave its segment. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  /** Sent as application/x-tar. */
  readonly upload?: Readable;
  readonly auth?: { readonly username: string; readonly password: string; readonly serveraddress: string };
  /** Default 60 s. Zero: none. For a stream, until its headers come. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Calls to one engine, in the API version both sides know. */
export interface Connection {
  readonly address: string;
  /** The version spoken, e.g. 1.41. */
  apiVersion(): Promise<string>;
  /** The parsed answer; 304 (nothing to do) is success. @throws the codes of errors.ts, or the signal's reason. */
  call(call: EngineCall): Promise<unknown>;
  /** The answer's body as it comes. The caller reads it to its end or destroys it. */
  stream(call: EngineCall): Promise<IncomingMessage>;
  /** The bare connection after the engine has handed it over, for both directions. The caller destroys it. */
  upgrade(call: EngineCall): Promise<Duplex>;
}

/** The oldest API this code is written for (Engine 20.10), and the newest it was read against. */
const OLDEST = [1, 41] as const;
const NEWEST = [1, 47] as const;

const DEADLINE_MS = 60_000;
const ACCEPTED: Readonly<Record<number, boolean>> = { 200: true, 201: true, 202: true, 204: true, 304: true };

/** Escapes what is put into an API path; the slashes, colons and the at sign of image names stay. */
export const path = (parts: TemplateStringsArray, ...values: readonly string[]): string =>
  parts.reduce((text, part, index) => {
    const value = values[index - 1] ?? "";
    if (value === "" || value.split("/").some((segment) => segment === "" || segment === "." || segment === ".."))
      throw new SeaworthyError("INPUT_INVALID", `"${value}" cannot name anything on the engine`);
    return text + encodeURIComponent(value).replaceAll("%2F", "/").replaceAll("%3A", ":").replaceAll("%40", "@") + part;
  });

const VERSION = v.object({ ApiVersion: v.pipe(v.string(), v.regex(/^\d+\.\d+$/)) });

/** The newer of what both know. @throws ENGINE_REFUSED for an engine older than 20.10. */
export const negotiate = (offered: string, address: string): string => {
  const [major = 0, minor = 0] = offered.split(".").map(Number);
  const older = (limit: readonly [number, number]): boolean => major < limit[0] || (major === limit[0] && minor < limit[1]);
  if (older(OLDEST))
    throw new SeaworthyError(
      "ENGINE_REFUSED",
      `the engine at ${address} speaks API ${offered}; Seaworthy needs ${OLDEST.join(".")} or newer`,
      {
        hint: "Update to Docker Engine 20.10 or newer.",
        details: { apiVersion: offered },
      },
    );
  return older(NEWEST) ? offered : NEWEST.join(".");
};

const readTls = (folder: string) => {
  const read = (name: string): Buffer => {
    try {
      return readFileSync(join(folder, name));
    } catch (error) {
      throw fileError(error, `read ${join(folder, name)}, the engine's TLS file`);
    }
  };
  return { ca: read("ca.pem"), cert: read("cert.pem"), key: read("key.pem"), protocol: "https" as const };
};

/** The one method of dockerode's transport that is used; its own declaration leaves the type open. */
interface Modem {
  dial(options: object, callback: (error: Error | null, result: unknown) => void): void;
}

/** Loaded on the first call: the library brings gRPC along and takes 150 ms to load. */
const loadModem = async (address: EngineAddress): Promise<Modem> => {
  const { default: Docker } = await import("dockerode");
  // Every field is given, absent ones too: the library fills what is missing from DOCKER_HOST, which may name another engine.
  const place = { socketPath: address.socketPath, host: address.host, port: address.port, protocol: "http" as const };
  const tls = address.tlsFolder === undefined ? { ca: undefined, cert: undefined, key: undefined } : readTls(address.tlsFolder);
  const { modem }: { modem: Modem } = new Docker({ ...place, timeout: 0, ...tls });
  return modem;
};

export const connect = (address: EngineAddress): Connection => {
  let modem: ReturnType<typeof loadModem> | undefined;
  let version: Promise<string> | undefined;

  const dial = async (call: EngineCall, prefix: string, answer: "json" | "stream" | "upgrade"): Promise<unknown> => {
    call.signal?.throwIfAborted();
    modem ??= loadModem(address);
    const loaded = await modem;
    const limitMs = call.timeoutMs ?? DEADLINE_MS;
    const late = new AbortController();
    const timer = limitMs === 0 ? undefined : setTimeout(() => late.abort(), limitMs);
    const abortSignal = call.signal === undefined ? late.signal : AbortSignal.any([late.signal, call.signal]);
    const deadline = (): SeaworthyError =>
      new SeaworthyError("DEADLINE", `cannot ${call.tried}: the engine at ${address.url} did not answer within ${limitMs / 1000} s`, {
        hint: "The engine may still carry it out; look at its state before trying again.",
      });
    try {
      return await new Promise<unknown>((resolve, reject) => {
        // The library calls back never, or late, when the answer's body is cut off by the signal.
        abortSignal.addEventListener("abort", () => reject(late.signal.aborted ? deadline() : call.signal?.reason), { once: true });
        loaded.dial(
          {
            path: `${prefix}${call.path}?`,
            method: call.method,
            // The library would send the query as the body too, were there none.
            options: { _query: call.query ?? {}, _body: call.body ?? {} },
            ...(call.upload === undefined ? {} : { file: call.upload }),
            ...(call.auth === undefined ? {} : { authconfig: { ...call.auth } }),
            isStream: answer !== "json",
            ...(answer === "upgrade" ? { hijack: true, openStdin: true } : {}),
            statusCodes: ACCEPTED,
            abortSignal,
          },
          (error, result) => {
            if (error === null) resolve(result);
            else reject(error);
          },
        );
      });
    } catch (error) {
      if (call.signal?.aborted === true) throw call.signal.reason;
      throw late.signal.aborted ? deadline() : engineError(error, call.tried, address.url);
    } finally {
      clearTimeout(timer);
    }
  };

  const agree = async (): Promise<string> => {
    const answer = await dial({ tried: "ask the engine for its version", method: "GET", path: "/version" }, "", "json");
    const parsed = v.safeParse(VERSION, answer);
    if (!parsed.success)
      throw new SeaworthyError(
        "ENGINE_REFUSED",
        `what answers at ${address.url} is not a container engine: its /version has no ApiVersion`,
      );
    return negotiate(parsed.output.ApiVersion, address.url);
  };

  const apiVersion = (): Promise<string> => {
    version ??= agree().catch((error: unknown) => {
      version = undefined;
      throw error;
    });
    return version;
  };

  return {
    address: address.url,
    apiVersion,
    call: async (call) => dial(call, `/v${await apiVersion()}`, "json"),
    stream: async (call) => {
      const answer = await dial(call, `/v${await apiVersion()}`, "stream");
      if (answer instanceof Readable) return answer as IncomingMessage;
      throw new SeaworthyError("ENGINE_REFUSED", `cannot ${call.tried}: the engine at ${address.url} sent no stream`);
    },
    upgrade: async (call) => {
      const answer = await dial(call, `/v${await apiVersion()}`, "upgrade");
      if (answer instanceof Duplex) return answer;
      throw new SeaworthyError("ENGINE_REFUSED", `cannot ${call.tried}: the engine at ${address.url} did not hand over the connection`);
    },
  };
};
