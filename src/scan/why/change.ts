import type { Distribution, FoundPackage } from "../../inventory/index.ts";
import type { Chain } from "./dependants.ts";
import { commandsFor } from "./commands.ts";
import { allows } from "./ranges.ts";

/** A place in the user's Dockerfile: the file, and its line from 1. */
export interface DockerfileLine {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

/** One way to get rid of a vulnerability, a sentence, with the command where there is one. */
export interface Change {
  readonly kind: "base" | "distribution" | "dependency" | "program" | "rebuild" | "none";
  readonly what: string;
  readonly command?: string;
  /** Where to make it. */
  readonly at?: DockerfileLine;
}

/** What is known of where a vulnerable package came from. */
export interface Whence {
  readonly one: FoundPackage;
  /** Every package of the distribution that has it: of one source they go together. */
  readonly together: readonly string[];
  readonly fixed?: string;
  /** Where only a stream of updates beside the release mends it. */
  readonly extended?: { readonly stream: string; readonly fixed: string };
  readonly origin?: "base" | "own";
  /** The base image, as it is called. */
  readonly base?: string;
  readonly renewed?: boolean;
  readonly distribution?: Distribution;
  /** The FROM of the stage, and the instruction of the layer. */
  readonly from?: DockerfileLine;
  readonly by?: DockerfileLine;
  /** The step of the layer, as the history has it. */
  readonly createdBy?: string;
  readonly chain: Chain;
}

const at = (line: DockerfileLine | undefined): Pick<Change, "at"> => (line === undefined ? {} : { at: line });

const fullName = ({ namespace, name, type }: FoundPackage): string =>
  namespace === undefined ? name : `${namespace}${type === "maven" ? ":" : "/"}${name}`;

const newerBase = ({ base, renewed, from, fixed }: Whence): Change => {
  const name = base ?? "the base image";
  const isPinned = /@sha256:/.test(from?.text ?? "");
  const mended = fixed === undefined ? "" : ` with version ${fixed} of it`;
  return {
    kind: "base",
    what:
      renewed === true
        ? `${name} has other layers by now: build anew on it`
        : isPinned
          ? `raise the digest in FROM to a newer ${name}${mended}`
          : `build anew on a newer ${name}${mended}, or choose a newer base`,
    ...(isPinned ? {} : { command: "docker build --pull --no-cache ." }),
    ...at(from),
  };
};

/** The line of a Dockerfile that takes the newest of some packages, by the package manager that the distribution has. */
const upgradeLine = ({ one, together, distribution }: Whence): string => {
  const names = together.join(" ");
  if (one.type === "deb") return `RUN apt-get update && apt-get install -y --only-upgrade ${names} && rm -rf /var/lib/apt/lists/*`;
  if (one.type === "apk") return `RUN apk upgrade --no-cache ${names}`;
  if (/suse|sles/.test(distribution?.id ?? "")) return `RUN zypper -n update ${names} && zypper clean --all`;
  return `RUN dnf -y upgrade ${names} && dnf clean all`;
};

const ofDistribution = (whence: Whence): readonly Change[] => {
  const { one, fixed, origin, by, createdBy, from } = whence;
  if (fixed === undefined) return [];
  if (origin !== "own")
    return [
      {
        kind: "distribution",
        what: "take what the distribution has mended since, in a step of your own",
        command: upgradeLine(whence),
        ...at(from),
      },
    ];
  const pinned = new RegExp(`(?:^|\\s)${one.name.replaceAll(/[.+]/g, String.raw`\$&`)}=(\\S+)`).exec(by?.text ?? createdBy ?? "")?.[1];
  return pinned === undefined
    ? [
        {
          kind: "rebuild",
          what: `build that step anew: it takes what the distribution has now, ${fixed} or newer`,
          command: "docker build --no-cache .",
          ...at(by),
        },
      ]
    : [{ kind: "distribution", what: `raise ${one.name}=${pinned} to ${fixed}`, ...at(by) }];
};

/** A crate in between allows what Cargo calls compatible with what is locked, unless it says otherwise (doc.rust-lang.org/cargo, "Default requirements"). */
const isCompatible = ({ type, version }: FoundPackage, fixed: string): boolean =>
  type === "cargo" && allows("npm", `^${version}`, fixed) === true;

const dependency = ({ one, fixed, chain, by, origin }: Whence): readonly Change[] => {
  if (fixed === undefined) return [];
  const name = fullName(one);
  const where = origin === "own" ? at(by) : {};
  const raise = (what: string, command: string | undefined): Change => ({
    kind: "dependency",
    what,
    ...(command === undefined ? {} : { command }),
    ...where,
  });
  const commands = commandsFor(one);
  if (one.type === "golang") {
    const where = /(?:^|\/)go\.mod$/.test(one.path) ? "" : ` and build /${one.path} anew`;
    return one.name === "stdlib"
      ? [raise(`build /${one.path} with Go ${fixed} or newer`, undefined)]
      : [raise(`raise ${name} to ${fixed}${where}`, commands.raise?.(name, fixed))];
  }
  if (chain.direct === one) return [raise(`raise ${name} from ${one.version} to ${fixed}`, commands.raise?.(name, fixed))];
  const above = fullName(chain.direct);
  const { range } = chain;
  const between = fullName(chain.links.at(-2) ?? one);
  if (range !== undefined && allows(one.type, range, fixed) === true)
    return [
      raise(
        `take ${name} ${fixed}, which ${between} allows (${range === "" ? "any" : range})`,
        (commands.update ?? commands.raise)?.(name, fixed),
      ),
    ];
  if (range === undefined && isCompatible(one, fixed))
    return [raise(`take ${name} ${fixed}: compatible with ${one.version}, which ${between} asks for`, commands.update?.(name, fixed))];
  const override = commands.override?.(name, fixed);
  return [
    raise(`raise ${above} (now ${chain.direct.version}) to a version that asks for ${name} ${fixed} or newer`, commands.newest?.(above)),
    ...(override === undefined ? [] : [raise(`or ask for it over its head ${override}`, undefined)]),
  ];
};

/**
 * What takes a vulnerability out of an image, the smallest change first: a newer base where the base brought it, then the distribution's mended package, a dependency
 * raised, a program's newer version.
 */
export const changesFor = (whence: Whence): readonly Change[] => {
  const { one, fixed, origin, extended } = whence;
  const base = origin === "base" ? [newerBase(whence)] : [];
  const own =
    one.type === "deb" || one.type === "apk" || one.type === "rpm"
      ? ofDistribution(whence)
      : one.type === "generic"
        ? fixed === undefined
          ? []
          : [
              {
                kind: "program" as const,
                what: `bring ${one.name} ${fixed} or newer in place of ${one.version}`,
                ...(origin === "base" ? {} : at(whence.by)),
              },
            ]
        : dependency(whence);
  if (fixed !== undefined) return [...base, ...own];
  if (extended !== undefined)
    return [
      {
        kind: "distribution",
        what: `subscribe to ${extended.stream}, which mends it with ${extended.fixed}, and install its updates in a step of your own; or move to a release that is still looked after`,
        ...at(whence.from),
      },
      ...base,
    ];
  return [
    {
      kind: "none",
      what: `no version of ${fullName(one)} mends it yet: take it out if nothing needs it, or waive it with a reason and an end date`,
    },
    ...base,
  ];
};
