import { isTyped, typedPointer } from '../ir/typed-pointer.ts';
import { numberValue } from '../ir/value.ts';
import type { Expression } from '../syntax/ast.ts';
import { uint64 } from '../types/type.ts';
import type { FunctionDefinition } from './definition.ts';
import { probeTypeOf } from './probetype.ts';

/** The number that the kernel gives a socket for its life. */
export const socketCookie: FunctionDefinition = {
  kind: 'function',
  name: 'socket_cookie',
  signature: 'socket_cookie(args.sk)',
  kernel: '5.12',
  minimum: 1,
  maximum: 1,
  check(call, context) {
    const [socket] = call.arguments as [Expression];
    const { target } = context;
    context.typeOf(socket);
    if (target.context.kind !== 'function') {
      const message = `socket_cookie can not be used with "${probeTypeOf(target)}" probes`;
      context.report('invalid-use', call.span, message, 'fentry and fexit have it');
    } else if (!isTyped(socket, (expression) => context.typeOf(expression))) {
      const message = 'socket_cookie() takes a socket that is reached from an argument by fields alone';
      context.report('invalid-argument', socket.span, message, 'write socket_cookie(args.sk)');
    }
    return uint64;
  },
  lower(call, lowering) {
    const socket = typedPointer(lowering, call.arguments[0] as Expression);
    return numberValue(lowering.builder.call('get_socket_cookie', { kind: 'operand', operand: socket }));
  },
};
