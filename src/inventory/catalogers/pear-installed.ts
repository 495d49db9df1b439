import { type Cataloger, MIB } from "../cataloger.ts";

/** A text of PHP's serialized form behind its key: `s:4:"name";s:9:"memcached";`. */
const valueOf = (text: string, key: string): string | undefined =>
  new RegExp(`s:\\d{1,4}:"${key}";s:\\d{1,4}:"([^"\\n]{1,200})";`).exec(text)?.[1];

/** Extensions and packages of PHP that PECL and PEAR have installed (pear.php.net/manual). */
export const pearInstalled: Cataloger = {
  name: "pear-installed",
  scope: "installed",
  reads: ".registry/**/*.reg",
  endings: ["reg"],
  isMine: (path) => path.endsWith(".reg") && /(?:^|\/)\.registry\/(?:.+\/)?[^/]+\.reg$/.test(path),
  maxBytes: 4 * MIB,
  read: (content) => {
    const text = content.toString("utf8");
    const [name, namespace] = [valueOf(text, "name") ?? valueOf(text, "package"), valueOf(text, "channel")];
    const version = /s:7:"version";(?:a:\d{1,3}:\{)?(?:s:7:"release";)?s:\d{1,4}:"([^"\n]{1,100})";/.exec(text)?.[1];
    if (name === undefined || version === undefined) return undefined;
    const license = /s:7:"license";(?:a:2:\{.{0,300}?s:8:"_content";)?s:\d{1,4}:"([^"\n]{1,200})";/s.exec(text)?.[1];
    return {
      packages: [
        {
          type: "pear",
          ...(namespace === undefined ? {} : { namespace }),
          name,
          version,
          licenses: license === undefined ? [] : [license],
        },
      ],
    };
  },
};
