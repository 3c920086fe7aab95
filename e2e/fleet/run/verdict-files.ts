import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { conformRuns } from '../conform/conform.ts';
import type { Verdict } from '../conform/verdict.ts';
import { fleetState } from '../state.ts';
import type { ProgramsCase } from './fleet-case.ts';
import type { FleetNode } from './fleet-node.ts';

/** What became of every program on a node, kept until it is run there again: the matrix names only some of them. */
export function keepVerdicts(node: FleetNode, { programs, only }: ProgramsCase, verdicts: readonly Verdict[]): void {
  const folder = verdictFolder(typeof programs === 'string' ? programs : 'random');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${node.name}.json`);
  const before = only !== undefined && existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Verdict[]) : [];
  const kept = before.filter(({ name }) => !verdicts.some((each) => each.name === name));
  writeFileSync(file, `${JSON.stringify([...kept, ...verdicts], null, 1)}\n`);
}

/** Of the programs that a word of conform() runs: a file a node. */
export function verdictFolder(word: keyof typeof conformRuns): string {
  return join(fleetState, 'verdicts', word);
}
