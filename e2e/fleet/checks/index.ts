import { FleetError } from '../fleet-error.ts';
import { btfHidden } from './btf-hidden.ts';
import { faultyNetwork, killedGuest } from './faults.ts';
import type { FleetCheck } from './fleet-check.ts';
import { oneSession } from './one-session.ts';
import { withoutRoot } from './without-root.ts';

/** In this order: the last one takes a guest away. */
const fleetChecks: readonly FleetCheck[] = [withoutRoot, oneSession, btfHidden, faultyNetwork, killedGuest];

/** All, or those whose names contain one of the words. @throws FleetError where none does */
export function findChecks(words: readonly string[] | null): readonly FleetCheck[] {
  const nothing = words?.find((word) => !fleetChecks.some(({ name }) => name.includes(word)));
  if (nothing !== undefined)
    throw new FleetError(
      `There is no check "${nothing}": there are ${fleetChecks.map(({ name }) => name).join('; ')}.`,
    );
  return fleetChecks.filter(({ name }) => words === null || words.some((word) => name.includes(word)));
}
