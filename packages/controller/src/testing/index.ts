/** What other packages' tests need of a controller: a PostgreSQL, and what a node is made of. */
export { type EmbeddedPostgres, startEmbeddedPostgres } from '../database/embedded-postgres.ts';
export { serverName } from '../fleet/certificate-authority.ts';
export { fleetClient, newKey, nodeInfo, type TestIdentity } from './scripted-agent.ts';
