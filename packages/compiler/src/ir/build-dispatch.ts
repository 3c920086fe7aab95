import type { Branch, ProgramPlan } from '../passes/group-probes.ts';
import { textBytes } from '../types/text-bytes.ts';
import { stringType } from '../types/type.ts';
import { type BuildInput, findScratch, lowerClause } from './build.ts';
import { FunctionBuilder } from './function-builder.ts';
import type { IrFunction } from './ir.ts';
import { ProbeLowering } from './lower-expression.ts';
import { lowerCompatCheck, lowerSyscallNumber } from './lower-syscall.ts';
import { numberRanges, type Range, stagesOf } from './number-ranges.ts';

/** Of a program of several branches: beyond, it is made into two. */
const MAX_SHARED_PROGRAM = 6_000;

/** One program for several system calls: the number leads to a branch, whose end leads on to the next stage. */
export function buildDispatch(plan: ProgramPlan, input: Omit<BuildInput, 'probe'>): IrFunction {
  const { raw, branches } = plan;
  const [first] = branches;
  if (raw === undefined || first === undefined) throw new Error('only probes on system calls share a program');
  const builder = new FunctionBuilder(input.name, branches.length > 1 ? MAX_SHARED_PROGRAM : undefined);
  const loweringOf = ({ probe }: Branch, number?: number) => {
    const { typing, target } = probe;
    const names = number === undefined ? undefined : nameTable(number);
    return new ProbeLowering({
      ...input,
      builder,
      typing,
      target: names === undefined ? target : { ...target, names },
    });
  };
  let current: Branch = first;
  const nameTable = (number: number) => {
    const numbers = [...current.calls.keys()];
    const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
    const { size } = stringType(Math.max(...[...current.calls.values()].map((name) => textBytes(name).length)));
    const texts = Array.from({ length: high - low + 1 }, (_, index) => {
      const name = current.calls.get(low + index);
      return name === undefined ? undefined : textBytes(name);
    });
    return { number, first: low, size, offset: input.resources.addNames(texts, size) };
  };
  const number = lowerSyscallNumber(loweringOf(first), raw);
  for (const stage of stagesOf(branches)) {
    const next = builder.newBlock();
    const blocks = stage.map(() => builder.newBlock());
    const ranges = numberRanges(stage.map(({ calls }) => [...calls.keys()]));
    lookUp(builder, number, ranges, { blocks, missing: next });
    builder.returnsTo = next;
    for (const [index, branch] of stage.entries()) {
      current = branch;
      builder.startBlock(blocks[index] ?? next);
      builder.position = branch.probe.clause.span.start;
      builder.frame.scope(() => {
        const lowering = loweringOf(branch, usesName(branch) && branch.calls.size > 1 ? number : undefined);
        lowerCompatCheck(lowering, raw, next);
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
