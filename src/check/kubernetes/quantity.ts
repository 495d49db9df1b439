const SUFFIXES: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** A quantity (API reference, resource.Quantity): `500m`, `1Gi`, `2`, `1e3`; cores or bytes. Undefined for anything else. */
export const quantity = (written: string | undefined): number | undefined => {
  const [, amount = "", suffix = ""] = /^\s*([+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)(n|u|m|k|[KMGTPE]i?|)\s*$/.exec(written ?? "") ?? [];
  const unit = SUFFIXES[suffix];
  return amount === "" || unit === undefined ? undefined : Number(amount) * unit;
};
