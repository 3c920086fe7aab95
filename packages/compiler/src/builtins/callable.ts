import type { BuiltinDefinition, FunctionDefinition } from './definition.ts';

/** A value that is written with brackets: `pid()` is `pid`. */
export function callable({ name, kernel, check, lower }: BuiltinDefinition): FunctionDefinition {
  return {
    kind: 'function',
    name,
    signature: `${name}()`,
    kernel,
    minimum: 0,
    maximum: 0,
    check: (call, context) => check({ kind: 'identifier', name, span: call.span }, context),
    lower: (_call, lowering, into) => lower(lowering, into),
  };
}
