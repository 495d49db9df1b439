export { assignmentsIn, baseLayersByHistory, type HistoryLine, type Step, stepsOf } from "./steps.ts";
export { type WrittenBy, writtenBy } from "./written-by.ts";
