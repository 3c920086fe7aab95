import { findFunction } from '../builtins/index.ts';
import { comptimeTruth } from '../passes/comptime.ts';
import type { Assignment, Block, Expression, If, Return, Statement } from '../syntax/ast.ts';
import { updateAggregate } from './lower-aggregate.ts';
import { lowerFor, lowerUnroll, lowerWhile } from './lower-loop.ts';
import { compoundAssign, writeMap } from './lower-map.ts';
import type { Lowering } from './lowering.ts';
import { returnFromProgram } from './return-from-program.ts';
import type { Operand } from './value.ts';

export function lowerBlock(lowering: Lowering, block: Block): void {
  lowering.builder.frame.scope(() => lowerStatements(lowering, block.statements));
}

/** Statements whose variables live on after them. */
export function lowerStatements(lowering: Lowering, statements: readonly Statement[]): void {
  for (const statement of statements) lowerStatement(lowering, statement);
}

function lowerStatement(lowering: Lowering, statement: Statement): void {
  const { builder } = lowering;
  builder.position = statement.span.start;
  if (statement.kind === 'let') lowering.declareVariable(statement.variable);
  if (statement.kind === 'assignment' && statement.target.kind === 'variable')
    lowering.declareVariable(statement.target);
  builder.frame.scope(() => {
    switch (statement.kind) {
      case 'expression-statement':
        lowering.effect(statement.expression);
        break;
      case 'assignment':
        lowerAssignment(lowering, statement);
        break;
      case 'let':
        if (statement.value === undefined) lowering.clearVariable(statement.variable);
        else lowering.assignVariable(statement.variable, statement.value);
        break;
      case 'if':
        lowerIf(lowering, statement);
        break;
      case 'while':
        lowerWhile(lowering, statement);
        break;
      case 'unroll':
        lowerUnroll(lowering, statement);
        break;
      case 'for':
        lowerFor(lowering, statement);
        break;
      case 'break':
        lowering.exits.break?.();
        break;
      case 'continue':
        lowering.exits.continue?.();
        break;
      case 'return':
        lowerReturn(lowering, statement);
        break;
      case 'block':
        lowerBlock(lowering, statement);
        break;
    }
  });
}

function lowerAssignment(lowering: Lowering, statement: Assignment): void {
  const { target, operator, value } = statement;
  if (operator !== undefined) {
    compoundAssign(lowering, statement);
  } else if (target.kind === 'map') {
    const definition = value.kind === 'call' ? findFunction(value.name) : undefined;
    if (value.kind === 'call' && definition?.kind === 'aggregate') updateAggregate(lowering, target, value, definition);
    else writeMap(lowering, target, value, statement.span);
  } else {
    lowering.assignVariable(target, value);
  }
}

function lowerIf(lowering: Lowering, statement: If): void {
  const truth = comptimeTruth(statement.condition, lowering);
  if (truth !== undefined) {
    const branch = truth ? statement.then : statement.otherwise;
    if (branch?.kind === 'if') lowerStatement(lowering, branch);
    else if (branch !== undefined) lowerBlock(lowering, branch);
    return;
  }
  const { builder } = lowering;
  const then = builder.newBlock();
  const after = builder.newBlock();
  const otherwise = statement.otherwise === undefined ? after : builder.newBlock();
  lowering.condition(statement.condition, then, otherwise);
  builder.startBlock(then);
  lowering.conditional(() => lowerBlock(lowering, statement.then));
  builder.jump(after);
  if (statement.otherwise !== undefined) {
    const branch = statement.otherwise;
    builder.startBlock(otherwise);
    lowering.conditional(() => {
      if (branch.kind === 'if') lowerStatement(lowering, branch);
      else lowerBlock(lowering, branch);
    });
    builder.jump(after);
  }
  builder.startBlock(after);
}

function lowerReturn(lowering: Lowering, { value, from }: Return): void {
  if (from === undefined) {
    returnFromProgram(lowering, returned(lowering, value));
    return;
  }
  if (from.result !== undefined && value !== undefined) lowering.assignVariable(from.result, value);
  lowering.exits.return?.();
}

/** Only of tests anyone asks what they returned. */
function returned(lowering: Lowering, value: Expression | undefined): Operand {
  return value === undefined || lowering.target.attach.kind !== 'test' ? 0n : lowering.number(value);
}
