import type { Cataloger } from "./cataloger.ts";
import { apk } from "./catalogers/apk.ts";
import { composerInstalled } from "./catalogers/composer-installed.ts";
import { dotnetDeps } from "./catalogers/dotnet-deps.ts";
import { dpkg } from "./catalogers/dpkg.ts";
import { dpkgFiles } from "./catalogers/dpkg-files.ts";
import { gemInstalled } from "./catalogers/gem-installed.ts";
import { npmInstalled } from "./catalogers/npm-installed.ts";
import { pythonInstalled } from "./catalogers/python-installed.ts";
import { rpm } from "./catalogers/rpm.ts";

/** Every cataloger. The folder catalogers/ holds exactly these (catalogue.test.ts). */
export const CATALOGERS: readonly Cataloger[] = [
  apk,
  composerInstalled,
  dotnetDeps,
  dpkg,
  dpkgFiles,
  gemInstalled,
  npmInstalled,
  pythonInstalled,
  rpm,
];
