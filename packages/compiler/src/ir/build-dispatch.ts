import type { Branch, ProgramPlan } from '../passes/program-plan.ts';
import { sharedVariables } from '../passes/shared-variables.ts';
import type { NameTable } from '../probes/provider.ts';
import { type BuildInput, findScratch, lowerClause } from './build.ts';
import { FunctionBuilder } from './function-builder.ts';
import type { IrFunction } from './ir.ts';
import { ProbeLowering } from './lower-expression.ts';
import { lowerCompatCheck, lowerSyscallNumber } from './lower-syscall.ts';
import { nameTable } from './name-table.ts';
import { numberRanges, type Range, stagesOf } from './number-ranges.ts';

/** Of a program of several branches: beyond, it is made into two. */
const MAX_SHARED_PROGRAM = 6_000;

/** One program for several system calls: the number leads to a branch, whose end leads on to the next stage. */
export function buildDispatch(plan: ProgramPlan, input: Omit<BuildInput, 'probe'>): IrFunction {
  const { all, branches } = plan;
  const [first] = branches;
  if (all === undefined || first === undefined) throw new Error('only probes on system calls share a program');
  const builder = new FunctionBuilder(input.name, undefined, branches.length > 1 ? MAX_SHARED_PROGRAM : undefined);
  const loweringOf = ({ probe: { clause, typing, target } }: Branch, names?: NameTable) => {
    const shared = sharedVariables(clause, input.bindings, input.env);
    return new ProbeLowering({
      ...{ ...input, builder, typing, shared },
      target: names === undefined ? target : { ...target, names },
    });
  };
  const number = lowerSyscallNumber(loweringOf(first), all);
  for (const stage of stagesOf(branches)) {
    const next = builder.newBlock();
    const blocks = stage.map(() => builder.newBlock());
    const ranges = numberRanges(stage.map(({ calls }) => [...calls.keys()]));
    lookUp(builder, number, ranges, { blocks, missing: next });
    builder.returnsTo = next;
    for (const [index, branch] of stage.entries()) {
      builder.startBlock(blocks[index] ?? next);
      builder.position = branch.probe.clause.span.start;
      builder.frame.scope(() => {
        const named = usesName(branch) && branch.calls.size > 1;
        const lowering = loweringOf(
          branch,
          named ? nameTable(branch.calls, input.resources, branch.probe.target.widths?.name) : undefined,
        );
        lowerCompatCheck(lowering, all, next);
        lowerClause(lowering, branch.probe.clause);
      });
      builder.jump(next);
    }
    builder.returnsTo = undefined;
    builder.startBlock(next);
  }
  return builder.finish((scratch) => findScratch(loweringOf(first), scratch));
}

function usesName({ probe }: Branch): boolean {
  for (const expression of probe.typing.expressions.keys()) {
    if (expression.kind === 'identifier' && expression.name === 'probe') return true;
  }
  return false;
}

interface Targets {
  readonly blocks: readonly number[];
  readonly missing: number;
}

/** A search tree over ranges that are sorted and disjoint. Negative numbers count as huge, so they are in none. */
function lookUp(builder: FunctionBuilder, number: number, ranges: readonly Range[], targets: Targets): void {
  const [first] = ranges;
  if (first === undefined) {
    builder.jump(targets.missing);
    return;
  }
  if (ranges.length > 1) {
    const middle = ranges.length >> 1;
    const [lower, upper] = [builder.newBlock(), builder.newBlock()];
    builder.branch('ult', number, BigInt(ranges[middle]?.first ?? 0), lower, upper);
    builder.startBlock(lower);
    lookUp(builder, number, ranges.slice(0, middle), targets);
    builder.startBlock(upper);
    lookUp(builder, number, ranges.slice(middle), targets);
    return;
  }
  const found = targets.blocks[first.branch] ?? targets.missing;
  if (first.first === first.last) {
    builder.branch('eq', number, BigInt(first.first), found, targets.missing);
    return;
  }
  const enough = builder.newBlock();
  builder.branch('uge', number, BigInt(first.first), enough, targets.missing);
  builder.startBlock(enough);
  builder.branch('ule', number, BigInt(first.last), found, targets.missing);
}
