import { encode, type HelperName, type Instruction, InstructionBuilder, type ProgramType } from '@bpfleet/bpf';
import type { FileDescriptor } from '../ffi/file-descriptor.ts';
import { loadProgram, type TracingTarget } from '../program/load-program.ts';

/** Loads a small program to see whether the kernel takes it. */
export function loadSample(
  type: ProgramType,
  instructions: readonly Instruction[] = returnZero(),
  options: { readonly target?: TracingTarget; readonly mapFd?: (name: string) => number | undefined } = {},
): FileDescriptor {
  const spec = {
    name: 'bpfleet_probe',
    type,
    attach: { kind: 'begin' } as const,
    instructions,
    license: 'GPL',
    sourceLines: [],
  };
  return loadProgram(spec, encode(instructions, options.mapFd), options.target ?? null);
}

function returnZero(): Instruction[] {
  const builder = new InstructionBuilder();
  builder.constant(0, 0n);
  builder.exit();
  return builder.build();
}

/** `r0 = atomic_fetch_add(stack, 1)` */
export function atomicFetch(): Instruction[] {
  const builder = new InstructionBuilder();
  builder.storeImmediate(8, 10, -8, 0n);
  builder.constant(1, 1n);
  builder.atomicFetchAdd(10, -8, 1);
  builder.constant(0, 0n);
  builder.exit();
  return builder.build();
}

/** `r1 s/= 2` */
export function signedDivision(): Instruction[] {
  const builder = new InstructionBuilder();
  builder.constant(1, -4n);
  builder.aluImmediate('SDIV', 1, 2n);
  builder.constant(0, 0n);
  builder.exit();
  return builder.build();
}

/** Looks up key 0 of a per-CPU array named `map` on CPU 0. */
export function percpuLookup(): Instruction[] {
  const builder = new InstructionBuilder();
  builder.storeImmediate(4, 10, -4, 0n);
  builder.map(1, 'map');
  builder.move(2, 10);
  builder.aluImmediate('ADD', 2, -4n);
  builder.constant(3, 0n);
  builder.call('map_lookup_percpu_elem');
  builder.constant(0, 0n);
  builder.exit();
  return builder.build();
}

/** Counts to ten. */
export function boundedLoop(): Instruction[] {
  const builder = new InstructionBuilder();
  builder.constant(1, 0n);
  const again = builder.label();
  builder.place(again);
  builder.aluImmediate('ADD', 1, 1n);
  builder.jumpIfImmediate('JLT', 1, 10n, again);
  builder.constant(0, 0n);
  builder.exit();
  return builder.build();
}

/** Calls a helper that takes nothing. */
export function callWithoutArguments(helper: HelperName): Instruction[] {
  const builder = new InstructionBuilder();
  builder.call(helper);
  builder.constant(0, 0n);
  builder.exit();
  return builder.build();
}
