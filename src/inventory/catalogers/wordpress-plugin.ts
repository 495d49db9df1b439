import { type Cataloger, MIB } from "../cataloger.ts";

const PLACE = /(?:^|\/)wp-content\/plugins\/[^/]+\/[^/]+\.php$/;
/** WordPress itself reads no further. */
const HEAD_BYTES = 8192;

/** Plugins of WordPress: the file with a heading of their own (developer.wordpress.org/plugins/plugin-basics/header-requirements). */
export const wordpressPlugin: Cataloger = {
  name: "wordpress-plugin",
  scope: "installed",
  reads: "wp-content/plugins/*/*.php",
  endings: ["php"],
  isMine: (path) => PLACE.test(path),
  maxBytes: 4 * MIB,
  read: (content) => {
    const head = content.toString("utf8", 0, HEAD_BYTES);
    const field = (name: string): string | undefined =>
      new RegExp(`^[ \\t/*#@]*${name}:[ \\t]*(\\S.{0,200}?)\\s*(?:\\*/)?$`, "im").exec(head)?.[1];
    const [name, version, license] = [field("Plugin Name"), field("Version"), field("License")];
    return name === undefined || version === undefined
      ? undefined
      : { packages: [{ type: "generic", namespace: "wordpress-plugin", name, version, licenses: license === undefined ? [] : [license] }] };
  },
};
