import { findFunction } from '../builtins/index.ts';
import type { Assignment, Block, If, Let, Statement } from '../syntax/ast.ts';
import { updateAggregate } from './lower-aggregate.ts';
import { compoundAssign, writeMap } from './lower-map.ts';
import type { Lowering } from './lowering.ts';
import { clearMemory } from './memory.ts';

export function lowerBlock(lowering: Lowering, block: Block): void {
  lowering.builder.frame.scope(() => {
    for (const statement of block.statements) lowerStatement(lowering, statement);
  });
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
        lowerLet(lowering, statement);
        break;
      case 'if':
        lowerIf(lowering, statement);
        break;
      case 'return':
        builder.return();
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
    else writeMap(lowering, target, value);
  } else {
    const text = lowering.stringVariable(target);
    if (text === undefined) lowering.writeVariable(target, lowering.number(value));
    else lowering.stringInto(value, text);
  }
}

function lowerLet(lowering: Lowering, { variable, value }: Let): void {
  const text = lowering.stringVariable(variable);
  if (text === undefined) lowering.writeVariable(variable, value === undefined ? 0n : lowering.number(value));
  else if (value === undefined) clearMemory(lowering, text.place, text.size);
  else lowering.stringInto(value, text);
}

function lowerIf(lowering: Lowering, statement: If): void {
  const { builder } = lowering;
  const then = builder.newBlock();
  const after = builder.newBlock();
  const otherwise = statement.otherwise === undefined ? after : builder.newBlock();
  lowering.condition(statement.condition, then, otherwise);
  builder.startBlock(then);
  lowerBlock(lowering, statement.then);
  builder.jump(after);
  if (statement.otherwise !== undefined) {
    builder.startBlock(otherwise);
    if (statement.otherwise.kind === 'if') lowerStatement(lowering, statement.otherwise);
    else lowerBlock(lowering, statement.otherwise);
    builder.jump(after);
  }
  builder.startBlock(after);
}
