/** What other packages' tests need of an agent: what is in its spool. */
export { type SpooledRun, spooledRuns } from './spooled-runs.ts';
