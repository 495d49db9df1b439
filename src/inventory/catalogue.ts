import type { Cataloger } from "./cataloger.ts";
import { alpmFiles } from "./catalogers/alpm-files.ts";
import { alpm } from "./catalogers/alpm.ts";
import { apk } from "./catalogers/apk.ts";
import { bitnamiSbom } from "./catalogers/bitnami-sbom.ts";
import { bunLock } from "./catalogers/bun-lock.ts";
import { cabalFreeze } from "./catalogers/cabal-freeze.ts";
import { cargoLock } from "./catalogers/cargo-lock.ts";
import { chisel } from "./catalogers/chisel.ts";
import { composerInstalled } from "./catalogers/composer-installed.ts";
import { composerJson } from "./catalogers/composer-json.ts";
import { composerLock } from "./catalogers/composer-lock.ts";
import { conanfile } from "./catalogers/conanfile.ts";
import { condaInstalled } from "./catalogers/conda-installed.ts";
import { dotnetDeps } from "./catalogers/dotnet-deps.ts";
import { dpkgCopyright } from "./catalogers/dpkg-copyright.ts";
import { dpkgFiles } from "./catalogers/dpkg-files.ts";
import { dpkg } from "./catalogers/dpkg.ts";
import { gemInstalled } from "./catalogers/gem-installed.ts";
import { gemfileLock } from "./catalogers/gemfile-lock.ts";
import { goMod } from "./catalogers/go-mod.ts";
import { gradleLock } from "./catalogers/gradle-lock.ts";
import { homebrew } from "./catalogers/homebrew.ts";
import { javaArchive } from "./catalogers/java-archive.ts";
import { javaRuntime } from "./catalogers/java-runtime.ts";
import { mixLock } from "./catalogers/mix-lock.ts";
import { npmInstalled } from "./catalogers/npm-installed.ts";
import { nugetAssets } from "./catalogers/nuget-assets.ts";
import { nugetLock } from "./catalogers/nuget-lock.ts";
import { opam } from "./catalogers/opam.ts";
import { opkg } from "./catalogers/opkg.ts";
import { otpApplication } from "./catalogers/otp-application.ts";
import { packageLock } from "./catalogers/package-lock.ts";
import { packageResolved } from "./catalogers/package-resolved.ts";
import { packagesConfig } from "./catalogers/packages-config.ts";
import { pearInstalled } from "./catalogers/pear-installed.ts";
import { pipfileLock } from "./catalogers/pipfile-lock.ts";
import { pnpmLock } from "./catalogers/pnpm-lock.ts";
import { podfileLock } from "./catalogers/podfile-lock.ts";
import { pom } from "./catalogers/pom.ts";
import { portage } from "./catalogers/portage.ts";
import { pubspecLock } from "./catalogers/pubspec-lock.ts";
import { pyproject } from "./catalogers/pyproject.ts";
import { pythonEgg } from "./catalogers/python-egg.ts";
import { pythonInstalled } from "./catalogers/python-installed.ts";
import { pythonLocal } from "./catalogers/python-local.ts";
import { pythonLock } from "./catalogers/python-lock.ts";
import { rInstalled } from "./catalogers/r-installed.ts";
import { rebarLock } from "./catalogers/rebar-lock.ts";
import { requirements } from "./catalogers/requirements.ts";
import { rockspec } from "./catalogers/rockspec.ts";
import { rpm } from "./catalogers/rpm.ts";
import { setupPy } from "./catalogers/setup-py.ts";
import { stackLock } from "./catalogers/stack-lock.ts";
import { swiplPack } from "./catalogers/swipl-pack.ts";
import { terraformLock } from "./catalogers/terraform-lock.ts";
import { wordpressPlugin } from "./catalogers/wordpress-plugin.ts";
import { workflowActions } from "./catalogers/workflow-actions.ts";
import { yarnLock } from "./catalogers/yarn-lock.ts";

/** Every cataloger. The folder catalogers/ holds exactly these (catalogue.test.ts). */
export const CATALOGERS: readonly Cataloger[] = [
  alpmFiles,
  alpm,
  apk,
  bitnamiSbom,
  bunLock,
  cabalFreeze,
  cargoLock,
  chisel,
  composerInstalled,
  composerJson,
  composerLock,
  conanfile,
  condaInstalled,
  dotnetDeps,
  dpkgCopyright,
  dpkgFiles,
  dpkg,
  gemInstalled,
  gemfileLock,
  goMod,
  gradleLock,
  homebrew,
  javaArchive,
  javaRuntime,
  mixLock,
  npmInstalled,
  nugetAssets,
  nugetLock,
  opam,
  opkg,
  otpApplication,
  packageLock,
  packageResolved,
  packagesConfig,
  pearInstalled,
  pipfileLock,
  pnpmLock,
  podfileLock,
  pom,
  portage,
  pubspecLock,
  pyproject,
  pythonEgg,
  pythonInstalled,
  pythonLocal,
  pythonLock,
  rInstalled,
  rebarLock,
  requirements,
  rockspec,
  rpm,
  setupPy,
  stackLock,
  swiplPack,
  terraformLock,
  wordpressPlugin,
  workflowActions,
  yarnLock,
];
