const units: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** Bytes of a quantity such as `10Gi`; undefined for what is not a plain number with a unit of bytes. */
export function quantityBytes(quantity: string): number | undefined {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)([kMGT]|[KMGT]i|)$/.exec(quantity) ?? [];
  return number === undefined ? undefined : Number(number) * (units[unit] ?? Number.NaN);
}
