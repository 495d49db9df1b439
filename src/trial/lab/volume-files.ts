import { probeImage } from "./probe.ts";
import { execIn } from "./running.ts";
import type { Lab } from "./lab.ts";

/** More are not looked at. */
const MOST_FILES = 4000;
const FOLDER = "/look";

/** The files of a volume, by path in it, with size and time of the last change as one word. Read from a container of its own that may not write. */
export const filesOf = async (lab: Lab, volume: string): Promise<ReadonlyMap<string, string>> => {
  const name = `${volume.slice(0, 100)}-look`;
  const container = name.startsWith("seaworthy-trial-") ? name : `seaworthy-trial-${lab.run}-${name}`;
  await lab.engine.containers.create(container, {
    Image: await probeImage(lab.engine),
    Entrypoint: ["/bin/busybox"],
    Cmd: ["sleep", "600"],
    User: "0:0",
    Labels: lab.labels,
    HostConfig: {
      NetworkMode: "none",
      ReadonlyRootfs: true,
      CapDrop: ["ALL"],
      CapAdd: ["DAC_READ_SEARCH"],
      SecurityOpt: ["no-new-privileges"],
      Memory: 64 * 1024 ** 2,
      PidsLimit: 32,
      Init: true,
      Mounts: [{ Type: "volume", Source: volume, Target: FOLDER, ReadOnly: true, VolumeOptions: { NoCopy: true } }],
    },
  });
  try {
    await lab.engine.containers.start(container);
    const look = `cd ${FOLDER} && /bin/busybox find . -type f -exec /bin/busybox stat -c '%s.%Y %n' {} + 2>/dev/null | /bin/busybox head -n ${MOST_FILES}`;
    const { output } = await execIn(lab.inside, container, ["/bin/busybox", "sh", "-c", look], { timeoutMs: 30_000 });
    return new Map(
      output.split("\n").flatMap((line): readonly (readonly [string, string])[] => {
        const at = line.indexOf(" ./");
        return at < 0 ? [] : [[line.slice(at + 3), line.slice(0, at)]];
      }),
    );
  } finally {
    await lab.engine.containers.remove(container);
  }
};
