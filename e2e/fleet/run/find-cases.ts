import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { ownLibrary } from '@bpfleet/tools';
import { FleetError } from '../fleet-error.ts';
import type { FleetCase } from './fleet-case.ts';

const folder = resolve(import.meta.dirname, '../cases');

/**
 * Every file of e2e/fleet/cases, without those for the whole fleet unless that is run; or those whose file names contain one of the words.
 * @throws FleetError where none does
 */
export async function findCases(words: readonly string[] | null, wholeFleet: boolean): Promise<FleetCase[]> {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .sort();
  const nothing = words?.find((word) => !files.some((file) => file.includes(word)));
  if (nothing !== undefined)
    throw new FleetError(
      `There is no case "${nothing}": there are ${files.map((file) => file.slice(0, -3)).join(', ')}.`,
    );
  const chosen = files.filter((file) => words === null || words.some((word) => file.includes(word)));
  const found = await Promise.all(
    chosen.map(async (file) => ((await import(resolve(folder, file))) as { default: FleetCase | FleetCase[] }).default),
  );
  return found.flat().filter((one) => words !== null || wholeFleet || one.wholeFleet !== true);
}

/**
 * The cases with no tool of the library but these.
 * @throws FleetError where the library has none of such a name, or no case is of tools
 */
export function onlyTools(cases: readonly FleetCase[], tools: readonly string[]): FleetCase[] {
  const nothing = tools.find((name) => !existsSync(resolve(ownLibrary, name, 'tool.yaml')));
  if (nothing !== undefined) throw new FleetError(`There is no tool "${nothing}".`);
  const ofTools = (one: FleetCase) => 'programs' in one && ['library', 'workloads'].includes(String(one.programs));
  if (!cases.some(ofTools)) throw new FleetError('--tools is for cases of the tool library: --cases library-workloads');
  return cases.map((one) => (ofTools(one) ? { ...one, only: tools } : one) as FleetCase);
}
