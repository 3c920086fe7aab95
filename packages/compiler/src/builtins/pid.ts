import { initialNumber, ownNumber } from '../ir/process-number.ts';
import { numberValue } from '../ir/value.ts';
import type { Span } from '../source/span.ts';
import type { BuiltinDefinition, CheckContext, FunctionDefinition } from './definition.ts';
import { requireHelper } from './required-helper.ts';
import { uint32 } from './uint32.ts';

/**
 * The number of the process or thread that runs: `init` as the initial namespace counts, `curr_ns` (and no word) as the
 * tracer's own does.
 */
function numbered(name: 'pid' | 'tid'): { builtin: BuiltinDefinition; call: FunctionDefinition } {
  const builtin: BuiltinDefinition = {
    name,
    constant: true,
    kernel: '4.2',
    check({ span }, context) {
      checkNamespace(name, span, context);
      return uint32;
    },
    lower: (lowering) => numberValue(ownNumber(lowering, name)),
  };
  const call: FunctionDefinition = {
    kind: 'function',
    name,
    signature: `${name}([curr_ns|init])`,
    kernel: '4.2; in a namespace of its own 5.7',
    minimum: 0,
    maximum: 1,
    words: true,
    check(call, context) {
      const [word] = call.arguments;
      const asInitial = word?.kind === 'identifier' && word.name === 'init';
      if (!asInitial) checkNamespace(name, call.span, context);
      if (word !== undefined && (word.kind !== 'identifier' || !['curr_ns', 'init'].includes(word.name))) {
        const message = `${name}() takes the name of a namespace of processes`;
        context.report('invalid-argument', word.span, message, `write ${name}(curr_ns) or ${name}(init)`);
      }
      return uint32;
    },
    lower({ arguments: [word] }, lowering) {
      const asInitial = word?.kind === 'identifier' && word.name === 'init';
      return numberValue(asInitial ? initialNumber(lowering, name) : ownNumber(lowering, name));
    },
  };
  return { builtin, call };
}

/** The initial namespace is the one that every kernel tells. */
function checkNamespace(name: 'pid' | 'tid', span: Span, context: CheckContext): void {
  if (context.env.pidNamespace !== undefined) requireHelper('ns_pid', span, `${name} within a container`, context);
}

export const { builtin: pid, call: pidFunction } = numbered('pid');
export const { builtin: tid, call: tidFunction } = numbered('tid');
