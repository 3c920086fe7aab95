import { btfHidden } from './btf-hidden.ts';
import { faultyNetwork, killedGuest } from './faults.ts';
import type { FleetCheck } from './fleet-check.ts';
import { oneSession } from './one-session.ts';
import { withoutRoot } from './without-root.ts';

/** In this order: the last one takes a guest away. */
export const fleetChecks: readonly FleetCheck[] = [withoutRoot, oneSession, btfHidden, faultyNetwork, killedGuest];
