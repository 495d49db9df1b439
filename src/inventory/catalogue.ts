import type { Cataloger } from "./cataloger.ts";
import { apk } from "./catalogers/apk.ts";
import { bunLock } from "./catalogers/bun-lock.ts";
import { cargoLock } from "./catalogers/cargo-lock.ts";
import { composerInstalled } from "./catalogers/composer-installed.ts";
import { composerLock } from "./catalogers/composer-lock.ts";
import { dotnetDeps } from "./catalogers/dotnet-deps.ts";
import { dpkg } from "./catalogers/dpkg.ts";
import { dpkgFiles } from "./catalogers/dpkg-files.ts";
import { gemInstalled } from "./catalogers/gem-installed.ts";
import { gemfileLock } from "./catalogers/gemfile-lock.ts";
import { goMod } from "./catalogers/go-mod.ts";
import { javaArchive } from "./catalogers/java-archive.ts";
import { npmInstalled } from "./catalogers/npm-installed.ts";
import { packageLock } from "./catalogers/package-lock.ts";
import { pipfileLock } from "./catalogers/pipfile-lock.ts";
import { pnpmLock } from "./catalogers/pnpm-lock.ts";
import { pythonInstalled } from "./catalogers/python-installed.ts";
import { pythonLock } from "./catalogers/python-lock.ts";
import { requirements } from "./catalogers/requirements.ts";
import { rpm } from "./catalogers/rpm.ts";
import { yarnLock } from "./catalogers/yarn-lock.ts";

/** Every cataloger. The folder catalogers/ holds exactly these (catalogue.test.ts). */
export const CATALOGERS: readonly Cataloger[] = [
  apk,
  bunLock,
  cargoLock,
  composerInstalled,
  composerLock,
  dotnetDeps,
  dpkg,
  dpkgFiles,
  gemInstalled,
  gemfileLock,
  goMod,
  javaArchive,
  npmInstalled,
  packageLock,
  pipfileLock,
  pnpmLock,
  pythonInstalled,
  pythonLock,
  requirements,
  rpm,
  yarnLock,
];
