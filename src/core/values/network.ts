import { isIP } from "node:net";

/** An IP address or, with a prefix length, a network: `10.0.0.0/8`, `2001:db8::1`. No zone, and nothing that means something to a configuration file. */
export const isNetwork = (text: string): boolean => {
  const [address = "", length, ...more] = text.split("/");
  const version = isIP(address);
  if (version === 0 || address.includes("%") || more.length > 0) return false;
  return length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= (version === 4 ? 32 : 128));
};
