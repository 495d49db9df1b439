import { lookAt } from "../lab/processes.ts";
import type { Trial } from "../trial.ts";

export const listeningPorts: Trial = {
  id: "listening-ports",
  items: ["narrow-ports"],
  level: "quick",
  summary: "It listens on the ports that it says, and on no others.",
  why: "A debugger's or an admin's port that nobody wrote down is open to every container beside it. A port that is exposed and not listened on sends the proxy nowhere.",
  method:
    "The sockets that wait for peers are read from the kernel, in the container's own network, and held against EXPOSE, expose, ports and the route.",
  source: "https://docs.docker.com/reference/dockerfile/#expose",
  applies: () => true,
  run: async (lab, { running, listeners: atFirst }) => {
    // Some listen on a port only a moment after they have begun to answer on another.
    const now = await running
      .probe()
      .then(lookAt)
      .then(
        ({ listeners }) => listeners,
        // It has ended since, for want of memory say: then what was seen at first is all there is.
        () => [],
      );
    const listeners = [...new Map([...atFirst, ...now].map((one) => [`${one.protocol} ${one.address} ${one.port}`, one])).values()];
    const { spec, image, ready } = lab.subject;
    const said = new Set(
      [
        ...image.config.exposedPorts,
        ...spec.expose,
        ...spec.ports.map(({ containerPort, protocol }) => `${containerPort}/${protocol}`),
      ].map((port) => (port.includes("/") ? port : `${port}/tcp`)),
    );
    if (ready !== undefined) said.add(`${ready.port}/tcp`);
    const open = listeners.filter(({ address }) => address !== "127.0.0.1" && address !== "::1");
    const names = [...new Set(open.map(({ port, protocol }) => `${port}/${protocol}`))].toSorted();
    const unsaid = names.filter((name) => !said.has(name));
    const silent = [...said].filter((name) => !names.includes(name) && name.endsWith("/tcp"));
    const measured = { listening: names, declared: [...said].toSorted(), onlyLocal: listeners.length - open.length };
    const faults = [
      ...(unsaid.length > 0 ? [`it listens on ${unsaid.join(", ")}, which nothing declares`] : []),
      ...(silent.length > 0 ? [`${silent.join(", ")} is declared and nothing listens there`] : []),
    ];
    if (faults.length > 0) return { state: "disproved", because: faults.join("; "), measured };
    return {
      state: "proven",
      because: names.length === 0 ? "it listens on no port, and declares none" : `it listens on ${names.join(", ")}, as declared`,
      measured,
    };
  },
};
