import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** The rooms of the house and what each may import: DESIGN.md, "Who may import whom". */
const FEATURES = [
  "check",
  "build",
  "inventory",
  "scan",
  "trial",
  "trust",
  "registry",
  "proxy",
  "release",
  "observe",
  "backup",
  "graduate",
  "scaffold",
  "report",
] as const;
const GROUND = ["core"];
const LOW = [...GROUND, "checklist"];
const READERS = ["source", "image", "engine"];
const BASE = [...LOW, ...READERS, "project"];
const DOORS: Readonly<Record<string, readonly string[]>> = { scan: ["inventory"], release: ["proxy"] };

const allowedFor = (room: string): readonly string[] => {
  if (room === "core") return [];
  if (room === "checklist") return GROUND;
  if (READERS.includes(room)) return LOW;
  if (room === "project") return [...LOW, ...READERS];
  if ((FEATURES as readonly string[]).includes(room)) return [...BASE, ...(DOORS[room] ?? [])];
  if (room === "ship") return [...BASE, ...FEATURES];
  if (room === "agent") return [...BASE, ...FEATURES, "ship"];
  // The command that starts the agent is a command like any other.
  if (room === "cli") return [...BASE, ...FEATURES, "ship", "agent"];
  return [];
};

/** One import statement of a source file, as written. */
export interface Import {
  /** From the repository's root. */
  readonly file: string;
  readonly specifier: string;
}

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s[^;'"`]*?from\s*["']([^"']+)["']|import\(\s*["']([^"']+)["']\s*\)|(?:^|\n)\s*import\s*["']([^"']+)["']/g;

export const importsOf = (file: string, text: string): readonly Import[] =>
  [...text.matchAll(IMPORT)].map((match) => ({ file, specifier: match[1] ?? match[2] ?? match[3] ?? "" }));

export const readImports = (root: string): readonly Import[] =>
  globSync("src/**/*.ts", { cwd: root }).flatMap((file) => importsOf(file, readFileSync(join(root, file), "utf8")));

const roomOf = (path: string): string => path.split("/")[1] ?? "";
const isTest = (file: string): boolean => /\.(?:test|contract)\.ts$/.test(file) || file.includes("/test-data/");

/**
 * What is wrong with an import, in a sentence; undefined when nothing is.
 * The examples and expectations of a test may reach into other rooms' public faces, the layers hold for what ships.
 */
export const violation = ({ file, specifier }: Import): string | undefined => {
  if (!specifier.startsWith(".")) return undefined;
  const target = relative(".", join(dirname(file), specifier));
  if (!target.startsWith("src/")) return isTest(file) ? undefined : `${file} imports ${target}, which is outside src/`;
  const from = roomOf(file);
  const to = roomOf(target);
  if (from === to) return undefined;
  if (!isTest(file) && !allowedFor(from).includes(to)) return `${file}: ${from} must not import ${to}`;
  const face =
    to === "source"
      ? /^src\/source\/(?:[a-z]+\/)?index\.ts$/
      : to === "engine"
        ? /^src\/engine\/(?:[a-z]+\/)?index\.ts$/
        : new RegExp(`^src/${to}/index\\.ts$`);
  return face.test(target) ? undefined : `${file} reaches past ${to}'s public face: ${target}`;
};
