import type { Argument } from "../../source/shell/index.ts";
import type { DockerfileSubject } from "../subject.ts";
import { type CommandLine, optionsOf } from "./options.ts";
import { type Located, runCommands } from "./scripts.ts";

/** A package manager's command line. */
interface Manager {
  readonly programs: ReadonlySet<string>;
  readonly valued: ReadonlySet<string>;
}

const manager = (programs: string, valued: string): Manager => ({
  programs: new Set(programs.split(" ")),
  valued: new Set(valued.split(" ")),
});

const RPM_VALUES =
  "c config installroot releasever setopt enablerepo disablerepo repo repoid x exclude d e comment disableplugin enableplugin forcearch advisory downloaddir destdir debuglevel errorlevel rpmverbosity disableexcludes";

export const APT = manager(
  "apt-get apt aptitude",
  "t target-release default-release o option c config-file a host-architecture P build-profiles",
);
export const APK = manager(
  "apk",
  "X repository p root t virtual arch keys-dir repositories-file cache-dir cache-max-age wait progress-fd timeout",
);
export const YUM = manager("yum", RPM_VALUES);
export const DNF = manager("dnf dnf5 microdnf tdnf", RPM_VALUES);
export const ZYPPER = manager(
  "zypper",
  "R root releasever c config D reposd-dir C cache-dir r repo from t type p plus-repo plus-content solv-cache-dir raw-cache-dir name",
);

/** One call of a package manager: `apt-get -y install curl`. */
export interface Call extends Located {
  readonly verb: string;
  readonly line: CommandLine;
  /** What follows the verb: mostly packages. */
  readonly operands: readonly Argument[];
}

export const callsOf = (subject: DockerfileSubject, { programs, valued }: Manager): readonly Call[] =>
  runCommands(subject, programs).flatMap((located): readonly Call[] => {
    const line = optionsOf(located.command, { valued });
    const [verb, ...operands] = line.operands;
    return verb === undefined ? [] : [{ ...located, verb: verb.text, line, operands }];
  });

export const DNF_VERBS = new Set(
  "install in reinstall rei upgrade up update upgrade-minimal up-min update-minimal distro-sync dsync downgrade dg localinstall groupinstall group module swap".split(
    " ",
  ),
);
export const YUM_VERBS = new Set("install reinstall upgrade update localinstall groupinstall group module downgrade".split(" "));
export const ZYPPER_VERBS = new Set("install in remove rm source-install si patch update up dist-upgrade dup".split(" "));
