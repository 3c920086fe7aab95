import { emitMessage } from '../ir/lower-message.ts';
import { numberValue } from '../ir/value.ts';
import { booleanType } from '../types/type.ts';
import type { BuiltinDefinition, FunctionDefinition } from './definition.ts';
import { uint32 } from './uint32.ts';

/** The process that was started with the trace (`-c`); 0 and a warning where there is none. */
export const cpid: BuiltinDefinition = {
  name: 'cpid',
  kernel: '4.1',
  check: () => uint32,
  lower(lowering) {
    const { childPid = 0 } = lowering.env;
    if (childPid === 0) {
      const { position } = lowering.builder;
      emitMessage(lowering, 'warning', { start: position, end: position }, 'No child command (`-c`); cpid is zero', []);
    }
    return numberValue(BigInt(childPid));
  },
};

/** Whether a process was started with the trace. */
export const hasCpid: FunctionDefinition = {
  kind: 'function',
  name: 'has_cpid',
  signature: 'has_cpid()',
  kernel: '4.1',
  minimum: 0,
  maximum: 0,
  check: () => booleanType,
  lower: (_call, { env }) => numberValue((env.childPid ?? 0) === 0 ? 0n : 1n),
};
