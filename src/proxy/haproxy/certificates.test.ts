import { expect, test } from "vitest";
import { reconcileCertificates, type WantedCertificate } from "./certificates.ts";

const LIST = "/c/certificates.list";
const one = (path: string, sha1 = "AA"): WantedCertificate => ({
  path,
  sha1,
  chain: 1,
  pem: () => "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n",
});

/** A HAProxy that has these, by path to fingerprint, and notes what it is told. */
const haproxy = (
  has: Readonly<Record<string, string>>,
  { pending, commit = "Success!" }: { readonly pending?: string; readonly commit?: string } = {},
) => {
  const told: string[] = [];
  const runtime = async (command: string): Promise<string> => {
    if (command === "show ssl cert")
      return `${pending === undefined ? "" : `# transaction\n*${pending}\n`}# filename\n${Object.keys(has).join("\n")}\n`;
    if (command.startsWith("show ssl crt-list")) return `# ${LIST}\n${Object.keys(has).join("\n")}\n`;
    if (command.startsWith("show ssl cert ")) {
      const path = command.slice("show ssl cert ".length);
      return has[path] === undefined
        ? "Can't display the certificate: Not found"
        : `Filename: ${path}\nSHA1 FingerPrint: ${has[path]}\nChain Subject: /CN=x\n`;
    }
    told.push(command.split(" <<")[0] ?? "");
    if (command.startsWith("new")) return "New empty certificate store 'x'!";
    if (command.startsWith("set")) return "Transaction created for certificate x!";
    if (command.startsWith("commit")) return `Committing x\n${commit}`;
    return command.startsWith("add") ? "Success!" : "Entry 'x' deleted";
  };
  return { told, runtime };
};

test("only what differs is changed, what comes is listed last, what goes is unlisted first", async () => {
  const { told, runtime } = haproxy({ "/c/same.pem": "AA", "/c/old.pem": "BB", "/c/gone.pem": "CC" });
  await reconcileCertificates(runtime, LIST, [one("/c/same.pem"), one("/c/old.pem"), one("/c/new.pem")]);
  expect(told).toEqual([
    "set ssl cert /c/old.pem",
    "commit ssl cert /c/old.pem",
    "new ssl cert /c/new.pem",
    "set ssl cert /c/new.pem",
    "commit ssl cert /c/new.pem",
    `add ssl crt-list ${LIST} /c/new.pem`,
    `del ssl crt-list ${LIST} /c/gone.pem`,
    "del ssl cert /c/gone.pem",
  ]);
});

test("what somebody began and did not end is ended first", async () => {
  const { told, runtime } = haproxy({ "/c/same.pem": "AA" }, { pending: "/c/other.pem" });
  await reconcileCertificates(runtime, LIST, [one("/c/same.pem")]);
  expect(told).toEqual(["abort ssl cert /c/other.pem"]);
});

test("a pair that HAProxy does not take is let go of, and nothing of it is said", async () => {
  const { told, runtime } = haproxy({}, { commit: "Can't commit: inconsistent" });
  const refused = await reconcileCertificates(runtime, LIST, [one("/c/new.pem")]).catch((error: unknown) => error);
  expect(refused).toMatchObject({
    code: "PROXY_UNREACHABLE",
    message: expect.stringContaining("refused to serve the certificate /c/new.pem"),
  });
  expect(String(refused)).not.toContain("c2VjcmV0");
  expect(told.at(-1)).toBe("abort ssl cert /c/new.pem");
});
