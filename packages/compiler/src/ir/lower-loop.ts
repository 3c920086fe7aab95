import type { HelperName } from '@bpfleet/bpf';
import { constantValue } from '../passes/fold-constants.ts';
import { type Loop, loopKind } from '../passes/loop-kind.ts';
import type { Block, For, MapAccess, Range, Unroll, While } from '../syntax/ast.ts';
import { isScalar, storageBytes, type TupleType, unknown } from '../types/type.ts';
import type { Exits } from './exits.ts';
import { FunctionBuilder } from './function-builder.ts';
import type { CallArgument } from './ir.ts';
import { foldCpus } from './lower-aggregate.ts';
import { emitComplaint } from './lower-message.ts';
import type { Lowering } from './lowering.ts';
import { copyValue } from './memory.ts';
import { returnFromProgram } from './return-from-program.ts';
import { inObject, inRegister, type Operand, type Place, placeAt } from './value.ts';

/** Rounds of a `while` that the kernel calls: nobody has seen that it ends, and no probe may take a CPU for long. */
const MAX_WHILE_ROUNDS = 1n << 20n;

export function lowerWhile(lowering: Lowering, statement: While): void {
  if (loopKind(statement, lowering.env) === 'callback') whileByCallback(lowering, statement);
  else whileInProgram(lowering, statement);
}

/** The verifier follows every round, so the loop must be seen to end. Kernel 5.3. */
function whileInProgram(lowering: Lowering, { condition, body }: While): void {
  const { builder } = lowering;
  const [head, inside, after] = [builder.newBlock(), builder.newBlock(), builder.newBlock()];
  builder.jump(head);
  builder.startBlock(head);
  lowering.condition(condition, inside, after);
  builder.startBlock(inside);
  lowerBody(lowering, body, { break: () => builder.jump(after), continue: () => builder.jump(head) });
  builder.jump(head);
  builder.startBlock(after);
}

/** The body so many times in a row. */
export function lowerUnroll(lowering: Lowering, { count, body }: Unroll): void {
  const { builder } = lowering;
  const after = builder.newBlock();
  for (let round = 0n; round < (constantValue(count) ?? 0n); round++) {
    const next = builder.newBlock();
    lowering.inCopy(() => {
      lowerBody(lowering, body, { break: () => builder.jump(after), continue: () => builder.jump(next) });
    });
    builder.jump(next);
    builder.startBlock(next);
  }
  builder.jump(after);
  builder.startBlock(after);
}

export function lowerFor(lowering: Lowering, statement: For): void {
  const { over } = statement;
  if (over.kind === 'map') forEachEntry(lowering, statement, over);
  else if (loopKind(statement, lowering.env) === 'callback') forRangeByCallback(lowering, statement, over);
  else forRange(lowering, statement, over);
}

function lowerBody(lowering: Lowering, body: Block, exits: Exits): void {
  lowering.inLoop({ ...lowering.exits, ...exits }, () => lowering.block(body));
}

/** A short range whose rounds the verifier can follow. */
function forRange(lowering: Lowering, { variable, body }: For, { from, to }: Range): void {
  const { builder } = lowering;
  const counter = builder.copy(lowering.number(from));
  const end = lowering.number(to);
  lowering.declareVariable(variable);
  const [head, inside, next, after] = [0, 0, 0, 0].map(() => builder.newBlock()) as [number, number, number, number];
  builder.jump(head);
  builder.startBlock(head);
  builder.branch('slt', counter, end, inside, after);
  builder.startBlock(inside);
  lowering.writeVariable(variable, builder.copy(counter));
  lowerBody(lowering, body, { break: () => builder.jump(after), continue: () => builder.jump(next) });
  builder.jump(next);
  builder.startBlock(next);
  builder.assign(counter, builder.binary('add', counter, 1n));
  builder.jump(head);
  builder.startBlock(after);
}

/** bpf_loop: any number of rounds, of which the verifier follows one. Kernel 5.17. */
function forRangeByCallback(lowering: Lowering, statement: For, { from, to }: Range): void {
  const { builder } = lowering;
  const start = sharedCell(lowering);
  const first = builder.copy(lowering.number(from));
  builder.store(8, start, first);
  const rounds = builder.copy(builder.binary('sub', lowering.number(to), first));
  const none = builder.newBlock();
  const some = builder.newBlock();
  builder.branch('sgt', rounds, 0n, some, none);
  builder.startBlock(some);
  callForEach(lowering, statement, {
    helper: 'loop',
    context: 1,
    arguments: (callback, context) => [{ kind: 'operand', operand: rounds }, callback, context],
    prepare: () => {
      const index = lowering.builder.parameter(0);
      lowering.writeVariable(
        statement.variable,
        lowering.builder.binary('add', index, lowering.builder.load(8, start)),
      );
    },
  });
  builder.jump(none);
  builder.startBlock(none);
}

/** bpf_loop, up to a bound; a loop that would go on is ended, and that is told. Kernel 5.17. */
function whileByCallback(lowering: Lowering, statement: While): void {
  const rounds = MAX_WHILE_ROUNDS + 1n;
  callForEach(lowering, statement, {
    helper: 'loop',
    context: 1,
    endless: true,
    arguments: (callback, context) => [{ kind: 'operand', operand: rounds }, callback, context],
    prepare: () => {
      const { builder } = lowering;
      const [inside, after] = [builder.newBlock(), builder.newBlock()];
      lowering.condition(statement.condition, inside, after);
      builder.startBlock(after);
      lowering.exits.break?.();
      builder.startBlock(inside);
    },
  });
}

/** bpf_for_each_map_elem. Kernel 5.13. */
function forEachEntry(lowering: Lowering, statement: For, over: MapAccess): void {
  const layout = lowering.map(over.name);
  callForEach(lowering, statement, {
    helper: 'for_each_map_elem',
    context: 3,
    arguments: (callback, context) => [{ kind: 'map', map: layout.map }, callback, context],
    prepare: () => {
      const { builder } = lowering;
      const entry = lowering.declareVariable(statement.variable);
      const type = lowering.variableType(lowering.symbolOf(statement.variable)) as TupleType;
      if (entry.kind !== 'memory') throw new Error('an entry of a map is a tuple');
      const keyBytes = storageBytes(type.elements[0] ?? unknown);
      copyValue(
        lowering,
        { place: inRegister(builder.parameter(1)), size: keyBytes },
        { place: entry.place, size: keyBytes },
      );
      const into = placeAt(entry.place, keyBytes);
      if (layout.value.kind === 'cells') {
        builder.store(8, into, foldCpus(lowering, layout, entry.place));
        return;
      }
      const { offset, size } = layout.value.field;
      const value = inRegister(builder.parameter(2), offset);
      if (isScalar(layout.valueType)) builder.store(8, into, builder.load(8, value));
      else copyValue(lowering, { place: value, size }, { place: into, size });
    },
  });
}

interface ForEach {
  readonly helper: HelperName;
  /** Which argument of the callback is the context we gave. */
  readonly context: number;
  arguments(callback: CallArgument, context: CallArgument): readonly CallArgument[];
  /** Whether it may still go on when all its rounds are over. */
  readonly endless?: boolean;
  /** Gives the loop's variable its value, in the callback. */
  prepare(): void;
}

/**
 * The body as a function of its own that the kernel calls. It finds the program's context and scratch memory through
 * two words of its caller's stack; variables that both use are in scratch memory. It returns 1 to end the loop.
 */
function callForEach(lowering: Lowering, statement: Loop, loop: ForEach): void {
  const { builder } = lowering;
  const words = inObject(builder.frame.allocateOnStack(16).id);
  builder.store(8, words, builder.context());
  builder.store(8, placeAt(words, 8), builder.scratchBase());
  const left = sharedCell(lowering);
  builder.store(8, left, loop.endless ? Left.nothing : Left.loop);
  const callback = new FunctionBuilder('for_each', builder.frame.callback());
  callback.position = builder.position;
  const given = callback.parameter(loop.context);
  lowering.inCallback(statement, callback, () => {
    callback.setContext(callback.load(8, inRegister(given, 0)));
    callback.frame.scope(() => {
      lowering.inLoop(exitsOf(callback, left, lowering.exits), () => {
        loop.prepare();
        lowering.block(statement.body);
      });
    });
    callback.return(0n);
  });
  const index = builder.addCallback(
    callback.finish((scratch) => {
      callback.assign(scratch, callback.load(8, inRegister(given, 8)));
      return undefined;
    }),
  );
  const flags: CallArgument = { kind: 'operand', operand: 0n };
  builder.call(loop.helper, ...loop.arguments({ kind: 'callback', index }, { kind: 'address', place: words }), flags);
  if (loop.endless) {
    builder.when('eq', builder.load(8, left), Left.nothing, () => {
      emitComplaint(lowering, statement.span, `the loop was ended after ${MAX_WHILE_ROUNDS} rounds`);
      builder.store(8, left, Left.loop);
    });
  }
  leaveAfter(lowering, builder.load(8, left));
}

/** What a callback left, which those around it go on leaving. */
const Left = { loop: 0n, program: 1n, function: 2n, nothing: 3n } as const;

function exitsOf(callback: FunctionBuilder, left: Place, around: Exits): Exits {
  const leave = (what: bigint) => () => {
    callback.store(8, left, what);
    callback.return(1n);
  };
  return {
    break: leave(Left.loop),
    continue: () => callback.return(0n),
    exit: leave(Left.program),
    ...(around.return && { return: leave(Left.function) }),
  };
}

function leaveAfter(lowering: Lowering, left: Operand): void {
  const { builder, exits } = lowering;
  if (exits.return !== undefined) builder.when('eq', left, Left.function, exits.return);
  builder.when('ne', left, Left.loop, () => returnFromProgram(lowering));
}

/** 8 bytes that a callback reaches. */
function sharedCell({ builder }: Lowering): Place {
  return inObject(builder.frame.allocate(8, { shared: true }).id);
}
