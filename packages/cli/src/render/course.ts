import type { SessionSummary } from '@bpfleet/client';
import { grouped, plural } from './number.ts';
import { printable } from './printable.ts';

/** What a sample stands for, and how far a rollout came, a line each; nothing where all nodes were told at once. */
export function courseText({ sample, rollout }: Pick<SessionSummary, 'sample' | 'rollout'>): string {
  const lines: string[] = [];
  if (sample !== undefined) {
    const weight = Number(sample.weight.toFixed(3));
    const drawn = `${grouped(sample.nodes)} of ${plural(sample.of, 'node')}`;
    lines.push(`Sample: ${drawn}, each stands for ${weight}; the same again: --seed ${printable(sample.seed)}`);
  }
  if (rollout !== undefined) {
    const told = `wave ${rollout.wave} of ${rollout.waves}, from ${printable(rollout.canary)}`;
    lines.push(
      rollout.halted === null ? `Rollout: ${told}` : `Rollout halted in ${told}: ${printable(rollout.halted)}`,
    );
  }
  return lines.map((line) => `${line}\n`).join('');
}
