import type { LiveContainer } from "../live.ts";
import { backendName, type ReleaseManifest, type ReleaseService } from "../manifest.ts";
import type { Action } from "../plan.ts";
import type { Change } from "./change.ts";
import { orderOf } from "./overlap.ts";
import { drafting, drained, newServer, serverName } from "./drafting.ts";
import type { Step } from "../plan.ts";

/** Whether the service's requests wait while its containers are replaced: only where the old ones must go first. */
export const isHeld = (service: ReleaseService): boolean =>
  service.hold !== undefined && service.route !== undefined && orderOf(service).way === "stop-first";

/** What is under way gets part of the time that the others wait, or the waiting would all be for the slowest. */
const drainWithinMs = ({ drainMs, hold }: ReleaseService): number =>
  hold === undefined ? drainMs : Math.min(drainMs, (hold.seconds * 1000) / 2);

const holding = (backend: string, { hold }: ReleaseService): Action => ({
  do: "hold-requests",
  backend,
  forMs: (hold?.seconds ?? 0) * 1000,
});

const settled = (backend: string, server: string, service: ReleaseService): Action =>
  drained(backend, server, { ...service, drainMs: drainWithinMs(service) });

const isRouted = ({ address }: LiveContainer): boolean => address !== undefined;

/** Before the old ones leave: new requests wait, those under way finish. Nothing on a first release, when there is nobody to wait for. */
export const beginHold = ({ service, order, old }: Change, manifest: ReleaseManifest): readonly Step[] => {
  const leaving = old.filter(isRouted);
  if (!isHeld(service) || leaving.length === 0) return [];
  const step = drafting(service.name);
  const backend = backendName(manifest.project, service.name);
  return [
    step(
      "hold",
      `new requests wait in the proxy, at most ${service.hold?.seconds ?? 0} s each, because ${order.why}`,
      holding(backend, service),
      {
        undo: [{ do: "release-requests", backend }],
      },
    ),
    ...leaving.map((container) =>
      step(
        `settle/${container.release}-${container.replica}`,
        "requests under way finish before it stops",
        settled(backend, serverName(container), service),
      ),
    ),
  ];
};

/** Once the new ones answer. Taken back, the requests wait again, until the old ones serve. */
export const endHold = ({ service, old, replicas }: Change, manifest: ReleaseManifest): readonly Step[] => {
  if (!isHeld(service) || !old.some(isRouted)) return [];
  const backend = backendName(manifest.project, service.name);
  return [
    drafting(service.name)(
      "release",
      "the requests that waited go to the new one",
      { do: "release-requests", backend },
      { undo: [holding(backend, service), ...replicas.map((replica) => settled(backend, newServer(replica), service))] },
    ),
  ];
};
