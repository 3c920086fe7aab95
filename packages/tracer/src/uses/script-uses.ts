import { type CollectionSpec, helperName, type Instruction } from '@bpfleet/bpf';
import type { Stages } from '@bpfleet/compiler';
import type { ProgramUses } from './program-uses.ts';

/** BPF_JMP | BPF_CALL; with source 0 it calls a helper by its number. */
const CALL = 0x85;

/** Of a compiled script: its tree names what was written, also in macros that nothing calls; its programs, what that became. */
export function scriptUses(ast: Stages['ast'], spec: CollectionSpec): ProgramUses {
  return {
    probes: spec.programs.flatMap(({ probes = [] }) => probes),
    functions: [...new Set([...namesIn(ast), ...spec.programs.flatMap(({ instructions }) => helpersIn(instructions))])],
  };
}

/** Helpers that instructions call, with `bpf_`; one that is newer than the list of them by its number. */
export function helpersIn(instructions: readonly Instruction[]): string[] {
  return instructions.flatMap(({ opcode, src, imm }) =>
    opcode === CALL && src === 0 ? [`bpf_${helperName(Number(imm)) ?? `helper_${imm}`}`] : [],
  );
}

function namesIn(tree: unknown): Set<string> {
  const names = new Set<string>();
  const rest: unknown[] = [tree];
  while (rest.length > 0) {
    const node = rest.pop();
    if (typeof node !== 'object' || node === null) continue;
    const { kind, name } = node as { kind?: unknown; name?: unknown };
    if ((kind === 'call' || kind === 'identifier') && typeof name === 'string') names.add(name);
    rest.push(...Object.values(node));
  }
  return names;
}
