import { execFileSync } from "node:child_process";
import { createReadStream, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HERE } from "../../src/core/index.ts";
import { archiveDestination, copyImage, createLayout, layoutDestination, layoutSource, MEDIA } from "../../src/image/index.ts";

/** Debian's own: a base, and what is put on it. */
const ADDED =
  "nginx-light,python3,python3-django,python3-requests,python3-cryptography,nodejs,git,curl,ruby,caddy,gosu,ripgrep,redis-server,busybox,libjackson2-databind-java,ca-certificates";
/** Old ones, so that there is something to find. */
const DEPENDENCIES = {
  lodash: "4.17.15",
  express: "4.16.0",
  axios: "0.21.0",
  minimist: "1.2.0",
  ws: "7.4.0",
  jsonwebtoken: "8.5.1",
  ejs: "3.1.5",
  "node-fetch": "2.6.0",
  tar: "6.0.0",
  handlebars: "4.5.0",
  moment: "2.24.0",
  typescript: "5.9.3",
  "date-fns": "4.1.0",
} as const;

export interface ScanImage {
  /** A docker-archive with plain layers. */
  readonly archive: string;
  /** An OCI layout with gzip layers. */
  readonly layout: string;
  /** The same as an OCI archive. */
  readonly ociArchive: string;
}

const run = (program: string, args: readonly string[], cwd?: string): void =>
  void execFileSync(program, args, {
    cwd,
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, SOURCE_DATE_EPOCH: "1700000000" },
  });

const debian = (folder: string, packages: string): void =>
  run("mmdebstrap", [
    "--variant=minbase",
    ...(packages === "" ? [] : [`--include=${packages}`]),
    "--components=main",
    "--dpkgopt=path-exclude=/usr/share/man/*",
    "--quiet",
    "bookworm",
    folder,
  ]);

/** Paths below a folder with what tells them apart, in order. */
const listed = (folder: string): ReadonlySet<string> =>
  new Set(
    execFileSync("find", [".", "-mindepth", "1", "-printf", "%P\\t%y\\t%s\\t%T@\\t%l\\t%m\\n"], {
      cwd: folder,
      encoding: "utf8",
      maxBuffer: 256 * 1024 * 1024,
    })
      .split("\n")
      .filter((line) => line !== ""),
  );

const tar = (path: string, args: readonly string[]): void =>
  run("tar", ["--sort=name", "--format=pax", "--pax-option=delete=atime,delete=ctime", "--numeric-owner", "-cf", path, ...args]);

/**
 * The image of bench/scan.ts, made once and kept in `folder`: Debian, on it Node, Python, Ruby, nginx, Redis, Go programs and Java, on that an application of
 * Node: some 600 MB in three layers. Needs root, mmdebstrap, npm and the package registries.
 */
export const scanImage = async (folder: string): Promise<ScanImage> => {
  const image = { archive: join(folder, "docker.tar"), layout: join(folder, "oci"), ociArchive: join(folder, "oci.tar") };
  if (existsSync(image.ociArchive)) return image;
  const work = join(folder, "work");
  rmSync(work, { recursive: true, force: true });
  mkdirSync(join(work, "app"), { recursive: true });
  try {
    const [base, full] = [join(work, "base"), join(work, "full")];
    debian(base, "");
    debian(full, ADDED);
    const before = listed(base);
    const paths = [...listed(full)].filter((line) => !before.has(line)).map((line) => line.split("\t")[0] ?? "");
    writeFileSync(join(work, "added"), paths.map((path) => `${path}\0`).join(""));
    writeFileSync(join(work, "app", "package.json"), JSON.stringify({ name: "app", version: "1.0.0", dependencies: DEPENDENCIES }));
    run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], join(work, "app"));
    mkdirSync(join(work, "top", "srv"), { recursive: true });
    renameSync(join(work, "app"), join(work, "top", "srv", "app"));
    // What the layer above takes away from the one below.
    mkdirSync(join(work, "top", "etc"));
    writeFileSync(join(work, "top", "etc", ".wh.motd"), "");
    const plain = ["base", "added", "top"].map((name) => join(work, `${name}.tar`));
    const [one = "", two = "", three = ""] = plain;
    tar(one, ["-C", base, "."]);
    tar(two, ["-C", full, "--no-recursion", "--null", "-T", join(work, "added")]);
    tar(three, ["-C", join(work, "top"), "."]);

    const made = await createLayout(join(work, "made"));
    const layers = [];
    for (const path of plain) layers.push({ mediaType: MEDIA.ociLayer, ...(await made.writeBlob(createReadStream(path))) });
    const config = {
      ...HERE,
      config: { Cmd: ["node", "/srv/app/server.js"] },
      rootfs: { type: "layers", diff_ids: layers.map(({ digest }) => digest) },
      history: ["ADD rootfs.tar /", "RUN apt-get install", "COPY . /srv/app"].map((text) => ({ created_by: text })),
    };
    const configBlob = { mediaType: MEDIA.ociConfig, ...(await made.writeBlob(Buffer.from(JSON.stringify(config)))) };
    const manifest = await made.writeBlob(
      Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MEDIA.ociManifest, config: configBlob, layers })),
    );
    made.writeIndex([{ mediaType: MEDIA.ociManifest, ...manifest }]);
    rmSync(image.layout, { recursive: true, force: true });
    await copyImage(await layoutSource(made), archiveDestination(image.archive, "docker", "bench/scan:1"));
    await copyImage(await layoutSource(made), layoutDestination(await createLayout(image.layout)), { compress: "gzip" });
    run("tar", ["-C", image.layout, "-cf", `${image.ociArchive}.part`, "."]);
    renameSync(`${image.ociArchive}.part`, image.ociArchive);
    return image;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
};
