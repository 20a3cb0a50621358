import type { ChartPlace, ReleasePlace } from '../kubernetes/helm.ts';

/** A file that a store gave. */
export interface Fetched {
  /** Absolute path. */
  readonly file: string;
  readonly name: string;
  readonly version?: string | undefined;
  readonly licence?: string | undefined;
}

/** A chart and the values that it is installed with. */
export interface ChartToInstall extends ReleasePlace {
  readonly place: ChartPlace;
  /** Text of values.yaml. */
  readonly values: string;
}

/** Where the parts of a bundle come from. Each call throws a `Fault` with the words of the program that refused. */
export interface Stores {
  /** The snap and its assertions, written into `folder`. */
  snap(name: string, channel: string, folder: string): Promise<{ readonly snap: Fetched; readonly assertion: Fetched }>;
  /** The packages and all that they depend on, for one release of Ubuntu. */
  packages(release: string, names: readonly string[], folder: string): Promise<readonly Fetched[]>;
  /** One image as an archive that `ctr image import` takes. */
  image(reference: string, file: string): Promise<Fetched>;
  chart(place: ChartPlace, folder: string): Promise<Fetched>;
  /** What a chart makes with its values. `chart`: its archive or its folder on this machine. */
  render(chart: string, wish: ChartToInstall): Promise<readonly unknown[]>;
}
