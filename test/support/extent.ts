/** `SEAWORTHY_TESTS=all`: what is done at many places, in many ways or many times over is done at all of them, and not at a fixed part. */
export const ALL = process.env["SEAWORTHY_TESTS"] === "all";

/** So many of the places: the first, the last and evenly between, always the same ones. All of them when all is asked for. `count`: 1 is the first alone. */
export const spread = <Place>(places: readonly Place[], count: number): readonly Place[] => {
  if (ALL) return places;
  const step = (places.length - 1) / Math.max(1, count - 1);
  const chosen = new Set(Array.from({ length: count }, (_, nth) => Math.round(nth * step)));
  return places.filter((_, at) => chosen.has(at));
};

/** Each place in one of the ways, which take turns. Each in every way when all is asked for. */
export const inTurn = <Place, Way>(places: readonly Place[], ways: readonly Way[]): readonly (readonly [Place, Way])[] =>
  places.flatMap((place, at) => ways.filter((_, nth) => ALL || nth === at % ways.length).map((way) => [place, way] as const));
