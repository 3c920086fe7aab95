import { resolve } from 'node:path';

/** The checkout. */
export const root = resolve(import.meta.dirname, '../..');
/** Packages, guests and logs of the virtual fleet: git ignores it, and it may be removed at any time. */
export const fleetState = resolve(root, '.state/fleet');
