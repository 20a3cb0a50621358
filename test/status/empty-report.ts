import type { StatusReport } from '../../source/status/report.ts';

/** A report of a site that is OK and of which nothing was seen. */
export const emptyReport: StatusReport = {
  site: 'berlin',
  at: '',
  verdict: 'ok',
  reasons: [],
  next: undefined,
  through: undefined,
  nodes: [],
  datastore: undefined,
  virtualAddress: undefined,
  release: undefined,
  components: [],
  claims: [],
  pools: [],
  certificates: [],
};
