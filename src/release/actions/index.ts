import type { Action } from "../plan.ts";
import { adoptContainer, awaitDirect, awaitPort, awaitWorkers, endRedirect, redirectPort } from "./adoption.ts";
import { installCertificates, keepCertificates } from "./certificates.ts";
import {
  connectNetwork,
  createContainer,
  disconnectNetwork,
  removeContainer,
  setRestart,
  startContainer,
  stopContainer,
} from "./containers.ts";
import { runJob } from "./jobs.ts";
import { createNetwork, createVolume, placeFileAction, pullImage, removeNetwork } from "./resources.ts";
import { holdRequests, releaseRequests } from "./hold.ts";
import {
  addServer,
  announceServer,
  awaitDrained,
  awaitServer,
  declareBackend,
  moveTraffic,
  removeServer,
  shiftTraffic,
  startProxy,
  withdrawBackend,
} from "./servers.ts";
import { analyse, endSteering, steer } from "./steering.ts";
import { awaitExit, awaitHealthy, awaitReady } from "./waiting.ts";
import { assertServing, wait, watch } from "./watching.ts";
import type { Perform, Result, World } from "./world.ts";

export type { ReplicaFailure } from "./watching.ts";
export type { Result, World } from "./world.ts";

type Performers = { readonly [Do in Action["do"]]: Perform<Do> };

const PERFORMERS: Performers = {
  "pull-image": pullImage,
  "create-network": createNetwork,
  "remove-network": removeNetwork,
  "create-volume": createVolume,
  "place-file": placeFileAction,
  "start-proxy": startProxy,
  "declare-backend": declareBackend,
  "install-certificates": installCertificates,
  "keep-certificates": keepCertificates,
  "hold-requests": holdRequests,
  "release-requests": releaseRequests,
  "withdraw-backend": withdrawBackend,
  "create-container": createContainer,
  "connect-network": connectNetwork,
  "disconnect-network": disconnectNetwork,
  "adopt-container": adoptContainer,
  "set-restart": setRestart,
  "redirect-port": redirectPort,
  "end-redirect": endRedirect,
  "await-direct": awaitDirect,
  "await-port": awaitPort,
  "await-workers": awaitWorkers,
  "start-container": startContainer,
  "run-job": runJob,
  "await-ready": awaitReady,
  "await-healthy": awaitHealthy,
  "await-exit": awaitExit,
  "add-server": addServer,
  "announce-server": announceServer,
  "await-server": awaitServer,
  "shift-traffic": shiftTraffic,
  "move-traffic": moveTraffic,
  watch,
  wait,
  "assert-serving": assertServing,
  "await-drained": awaitDrained,
  "remove-server": removeServer,
  steer,
  "end-steering": endSteering,
  analyse,
  // The interpreter's own: outside of a step of a plan there is nothing to wait for.
  pause: async () => undefined,
  "stop-container": stopContainer,
  "remove-container": removeContainer,
};

/** Does one action. Doing it again changes nothing more. */
export const perform = (action: Action, world: World): Promise<Result> => {
  const performer = PERFORMERS[action.do] as (action: Action, world: World) => Promise<Result>;
  return performer(action, world);
};
