import { findBuiltin } from '../builtins/index.ts';
import type { Expression } from '../syntax/ast.ts';

/** Whether a key is the same whenever it is evaluated in one run of a program: literals and what stays the same. */
export function isConstantKey(key: Expression): boolean {
  switch (key.kind) {
    case 'integer':
    case 'boolean':
    case 'string':
      return true;
    case 'identifier':
      return findBuiltin(key.name)?.constant === true || key.name === 'comm';
    case 'tuple':
      return key.elements.every(isConstantKey);
    default:
      return false;
  }
}
