import { buildApplication, buildRouteMap } from "@stricli/core";
import { abort } from "./commands/abort.ts";
import { adopt } from "./commands/adopt.ts";
import { agent } from "./commands/agent.ts";
import { build } from "./commands/build.ts";
import { certificates } from "./commands/certificates.ts";
import { check } from "./commands/check.ts";
import { checklist } from "./commands/checklist.ts";
import { db } from "./commands/db.ts";
import { deploy } from "./commands/deploy.ts";
import { doctor } from "./commands/doctor.ts";
import { exec } from "./commands/exec.ts";
import { explain } from "./commands/explain.ts";
import { history } from "./commands/history.ts";
import { image } from "./commands/image.ts";
import { keys } from "./commands/keys.ts";
import { logs } from "./commands/logs.ts";
import { maintenance } from "./commands/maintenance.ts";
import { pause } from "./commands/pause.ts";
import { promote } from "./commands/promote.ts";
import { prune } from "./commands/prune.ts";
import { push } from "./commands/push.ts";
import { reconcile } from "./commands/reconcile.ts";
import { registry } from "./commands/registry.ts";
import { resume } from "./commands/resume.ts";
import { rollback } from "./commands/rollback.ts";
import { run } from "./commands/run.ts";
import { sbom } from "./commands/sbom.ts";
import { scan } from "./commands/scan.ts";
import { schedule } from "./commands/schedule.ts";
import { ship } from "./commands/ship.ts";
import { attest } from "./commands/attest.ts";
import { sign } from "./commands/sign.ts";
import { status } from "./commands/status.ts";
import { trial } from "./commands/trial.ts";
import { verify } from "./commands/verify.ts";
import { VERSION } from "./version.ts";

const root = buildRouteMap({
  routes: {
    ship,
    check,
    explain,
    checklist,
    build,
    trial,
    push,
    keys,
    sign,
    attest,
    verify,
    deploy,
    promote,
    abort,
    rollback,
    maintenance,
    pause,
    resume,
    status,
    reconcile,
    adopt,
    certificates,
    agent,
    history,
    logs,
    doctor,
    prune,
    exec,
    run,
    schedule,
    registry,
    image,
    sbom,
    scan,
    db,
  },
  docs: {
    brief: "Takes containers to production and holds every step to the checklist, with proof",
    fullDescription: `Takes containers from a developer's machine to production and holds every step to the production checklist, with proof.

  Start with   seaworthy check     what stands between this repository and production
  then         seaworthy ship      check, build, push, sign, deploy: each stage a gate

Exit status: 0 done, 1 refused by a gate or findings, 2 bad input, 3 the new release is not live and the previous serves,
4 needs a person, 5 paused, 6 locked or out of date, 7 something needed is not there, 8 the machine refused, 70 a bug.`,
  },
});

export const application = buildApplication(root, {
  name: "seaworthy",
  versionInfo: { currentVersion: VERSION },
  documentation: { onlyRequiredInUsageLine: true },
  scanner: { caseStyle: "allow-kebab-for-camel", allowArgumentEscapeSequence: true },
});
