import { formatByteSize } from "../../core/index.ts";
import { describeStep, type Plan } from "../../release/index.ts";
import { table } from "./table.ts";

/** The plan as a person approves it: what happens to each service and why, then every step. */
export const renderPlan = (plan: Plan): string => {
  const services = plan.summary.map(({ service, way, why, overlapBytes }) => [
    `  ${service}`,
    way,
    `${why}${overlapBytes === undefined ? "" : ` (up to ${formatByteSize(overlapBytes)} while both run)`}`,
  ]);
  const steps = plan.steps.map((step, index) => [`  ${index + 1}.`, describeStep(step), step.why]);
  return [`release r${plan.release} of ${plan.project}`, table(services), "", steps.length === 0 ? "  nothing to do" : table(steps)].join(
    "\n",
  );
};
