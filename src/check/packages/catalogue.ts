import type { Rule } from "../rule.ts";
import { apkCache } from "../rules/dockerfile/apk-cache.ts";
import { apkPinned } from "../rules/dockerfile/apk-pinned.ts";
import { apkUntrusted } from "../rules/dockerfile/apk-untrusted.ts";
import { aptDistUpgrade } from "../rules/dockerfile/apt-dist-upgrade.ts";
import { aptForceYes } from "../rules/dockerfile/apt-force-yes.ts";
import { aptInterface } from "../rules/dockerfile/apt-interface.ts";
import { aptLists } from "../rules/dockerfile/apt-lists.ts";
import { aptPinned } from "../rules/dockerfile/apt-pinned.ts";
import { aptRecommends } from "../rules/dockerfile/apt-recommends.ts";
import { aptUnauthenticated } from "../rules/dockerfile/apt-unauthenticated.ts";
import { aptYes } from "../rules/dockerfile/apt-yes.ts";
import { dnfClean } from "../rules/dockerfile/dnf-clean.ts";
import { dnfPinned } from "../rules/dockerfile/dnf-pinned.ts";
import { dnfYes } from "../rules/dockerfile/dnf-yes.ts";
import { fetchTlsCheck } from "../rules/dockerfile/fetch-tls-check.ts";
import { gemPinned } from "../rules/dockerfile/gem-pinned.ts";
import { goPinned } from "../rules/dockerfile/go-pinned.ts";
import { heredocErrexit } from "../rules/dockerfile/heredoc-errexit.ts";
import { idleCommands } from "../rules/dockerfile/idle-commands.ts";
import { npmPinned } from "../rules/dockerfile/npm-pinned.ts";
import { npmStrictSsl } from "../rules/dockerfile/npm-strict-ssl.ts";
import { packageUpdateAlone } from "../rules/dockerfile/package-update-alone.ts";
import { pipCache } from "../rules/dockerfile/pip-cache.ts";
import { pipPinned } from "../rules/dockerfile/pip-pinned.ts";
import { pipTrustedHost } from "../rules/dockerfile/pip-trusted-host.ts";
import { pipefail } from "../rules/dockerfile/pipefail.ts";
import { pipedToShell } from "../rules/dockerfile/piped-to-shell.ts";
import { plainHttp } from "../rules/dockerfile/plain-http.ts";
import { rpmGpgCheck } from "../rules/dockerfile/rpm-gpg-check.ts";
import { rpmSignature } from "../rules/dockerfile/rpm-signature.ts";
import { rpmTlsCheck } from "../rules/dockerfile/rpm-tls-check.ts";
import { shBashism } from "../rules/dockerfile/sh-bashism.ts";
import { shReplaced } from "../rules/dockerfile/sh-replaced.ts";
import { shRootDeletion } from "../rules/dockerfile/sh-root-deletion.ts";
import { shSplitOutput } from "../rules/dockerfile/sh-split-output.ts";
import { shSplitVariable } from "../rules/dockerfile/sh-split-variable.ts";
import { shSyntax } from "../rules/dockerfile/sh-syntax.ts";
import { shUncheckedCd } from "../rules/dockerfile/sh-unchecked-cd.ts";
import { shUndefinedVariable } from "../rules/dockerfile/sh-undefined-variable.ts";
import { swallowedLines } from "../rules/dockerfile/swallowed-lines.ts";
import { tlsCheckVariable } from "../rules/dockerfile/tls-check-variable.ts";
import { wgetAndCurl } from "../rules/dockerfile/wget-and-curl.ts";
import { wgetProgress } from "../rules/dockerfile/wget-progress.ts";
import { yarnCache } from "../rules/dockerfile/yarn-cache.ts";
import { yumClean } from "../rules/dockerfile/yum-clean.ts";
import { yumPinned } from "../rules/dockerfile/yum-pinned.ts";
import { yumYes } from "../rules/dockerfile/yum-yes.ts";
import { zypperClean } from "../rules/dockerfile/zypper-clean.ts";
import { zypperDistUpgrade } from "../rules/dockerfile/zypper-dist-upgrade.ts";
import { zypperPinned } from "../rules/dockerfile/zypper-pinned.ts";
import { zypperYes } from "../rules/dockerfile/zypper-yes.ts";

/** The rules about commands of packages and of the shell, by name. */
export const SCRIPT_RULES: readonly Rule<"dockerfile">[] = [
  apkCache,
  apkPinned,
  apkUntrusted,
  aptDistUpgrade,
  aptForceYes,
  aptInterface,
  aptLists,
  aptPinned,
  aptRecommends,
  aptUnauthenticated,
  aptYes,
  dnfClean,
  dnfPinned,
  dnfYes,
  fetchTlsCheck,
  gemPinned,
  goPinned,
  heredocErrexit,
  idleCommands,
  npmPinned,
  npmStrictSsl,
  packageUpdateAlone,
  pipCache,
  pipPinned,
  pipTrustedHost,
  pipedToShell,
  pipefail,
  plainHttp,
  rpmGpgCheck,
  rpmSignature,
  rpmTlsCheck,
  shBashism,
  shReplaced,
  shRootDeletion,
  shSplitOutput,
  shSplitVariable,
  shSyntax,
  shUncheckedCd,
  shUndefinedVariable,
  swallowedLines,
  tlsCheckVariable,
  wgetAndCurl,
  wgetProgress,
  yarnCache,
  yumClean,
  yumPinned,
  yumYes,
  zypperClean,
  zypperDistUpgrade,
  zypperPinned,
  zypperYes,
];
