import { imageRule, NOTHING } from "../../rule.ts";

const KILL = /^(?:SIG)?KILL$|^9$/i;

export const stopSignal = imageRule({
  id: "image/stop-signal",
  aliases: [],
  item: "graceful-stop",
  severity: "error",
  confidence: "certain",
  summary: "The stop signal is one that a program can handle.",
  why: "SIGKILL ends the program at once: every stop and every release cuts off the requests in flight, whatever the grace period says.",
  source: "https://docs.docker.com/reference/dockerfile/#stopsignal",
  examples: [
    { bad: { config: { stopSignal: "SIGKILL" } }, good: { config: { stopSignal: "SIGTERM" } } },
    { bad: { config: {}, service: "stop_signal: '9'" }, good: { config: { stopSignal: "SIGKILL" }, service: "stop_signal: SIGQUIT" } },
  ],
  applies: () => true,
  proves: () => NOTHING,
  *check({ name, service, image }) {
    const signal = service?.spec.stopSignal ?? image.config.stopSignal ?? "SIGTERM";
    if (KILL.test(signal))
      yield {
        at: ["stop_signal"],
        message: `${name} is stopped with ${signal}, which no program can handle`,
        advice: "Use SIGTERM, or the signal the program takes for a graceful end.",
      };
  },
});
