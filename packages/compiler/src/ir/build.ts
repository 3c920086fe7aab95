import { ProgramType } from '@bpfleet/bpf';
import type { CompileConfig, CompileEnv } from '../env.ts';
import type { Bindings, TypedProbe } from '../passes/model.ts';
import { sharedVariables } from '../passes/shared-variables.ts';
import type { Clause } from '../syntax/ast.ts';
import type { MapLayout } from '../types/map-layout.ts';
import { bootTime } from './boot-time.ts';
import { FunctionBuilder } from './function-builder.ts';
import type { IrFunction } from './ir.ts';
import { ProbeLowering } from './lower-expression.ts';
import { lowerGuards } from './lower-guards.ts';
import { lowerBlock } from './lower-statement.ts';
import type { Lowering } from './lowering.ts';
import { internalMaps, type Resources } from './resources.ts';
import { inObject, inRegister } from './value.ts';

export interface BuildInput {
  readonly probe: TypedProbe;
  readonly name: string;
  readonly maps: ReadonlyMap<string, MapLayout>;
  readonly bindings: Bindings;
  readonly resources: Resources;
  readonly env: CompileEnv;
  readonly config: CompileConfig;
}

/** The program of one probe: its predicate, then its body. */
export function buildFunction({ probe, name, maps, bindings, resources, env, config }: BuildInput): IrFunction {
  const builder = new FunctionBuilder(name);
  const { clause, target, typing } = probe;
  const shared = sharedVariables(clause, bindings, env);
  const lowering = new ProbeLowering({ builder, resources, maps, typing, bindings, shared, target, env, config });
  lowerClause(lowering, clause);
  return builder.finish((scratch) => findScratch(lowering, scratch));
}

/** The predicate, and the body where it holds. */
export function lowerClause(lowering: Lowering, { predicate, body: block }: Clause): void {
  const { builder } = lowering;
  lowerGuards(lowering);
  if (predicate !== undefined) {
    builder.position = predicate.span.start;
    const [body, skip] = [builder.newBlock(), builder.newBlock()];
    builder.frame.scope(() => lowering.condition(predicate, body, skip));
    builder.startBlock(skip);
    builder.return();
    builder.startBlock(body);
  }
  lowerBlock(lowering, block);
}

/**
 * Each CPU's scratch memory. The kernel never runs a second tracepoint, kprobe or perf event program on a CPU that is
 * in one (bpf_prog_active), so those share an element. Raw tracepoints, fentry and fexit are not counted there, so each
 * has its own; a raw tracepoint that interrupts itself, which kernels before 6.1 allow, is the case that is left.
 * uprobes are not counted there since 6.0 and may be preempted by one of another thread: they say that they are busy.
 */
export function findScratch(lowering: Lowering, scratch: number): (() => void) | undefined {
  const { builder, resources, target, env } = lowering;
  const shared: readonly ProgramType[] = [ProgramType.TRACEPOINT, ProgramType.PERF_EVENT, ProgramType.KPROBE];
  const uprobe = target.attach.kind === 'uprobe' || target.attach.kind === 'uprobe_multi';
  const element = shared.includes(target.programType) && !uprobe ? 0 : resources.scratchElements++;
  const busy = inRegister(scratch, builder.frame.scratchBytes);
  // Kernels without this instruction are older than 6.0.
  const guarded = uprobe && env.features.has('atomic_fetch');
  if (guarded) builder.frame.scratchBytes += 8;
  resources.scratchBytes = Math.max(resources.scratchBytes, builder.frame.scratchBytes);
  const key = builder.frame.allocate(4);
  builder.store(4, inObject(key.id), BigInt(element));
  builder.assign(
    scratch,
    builder.call(
      'map_lookup_elem',
      { kind: 'map', map: internalMaps.scratch },
      { kind: 'address', place: inObject(key.id) },
    ),
  );
  const [found, missing] = [builder.newBlock(), builder.newBlock()];
  builder.branch('ne', scratch, 0n, found, missing);
  builder.startBlock(missing);
  builder.return();
  builder.startBlock(found);
  if (!guarded) return undefined;
  const leave = () => builder.atomicAdd(busy, -1n);
  builder.when('ne', builder.atomicFetchAdd(busy, 1n), 0n, () => {
    leave();
    lowering.countLoss('skipped');
    builder.return();
  });
  return leave;
}

/** Runs before every other program: notes when the trace began, for `elapsed`. */
export function buildStart(env: CompileEnv): IrFunction {
  const builder = new FunctionBuilder('start');
  const now = builder.call(bootTime(env));
  builder.store(8, inRegister(builder.mapValue(internalMaps.start, 0)), now);
  return builder.finish(() => undefined);
}
