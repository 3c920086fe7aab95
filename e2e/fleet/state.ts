import { resolve } from 'node:path';

/** Packages, guests and logs of the virtual fleet: git ignores it, and it may be removed at any time. */
export const fleetState = resolve(import.meta.dirname, '../../.state/fleet');
