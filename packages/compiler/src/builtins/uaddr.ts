import type { CompileEnv } from '../env.ts';
import { inRegister, numberValue } from '../ir/value.ts';
import type { ProbeTarget } from '../probes/provider.ts';
import type { Expression } from '../syntax/ast.ts';
import { describe } from '../types/describe-type.ts';
import { registerLayouts } from '../types/registers.ts';
import { type PointerType, uint64, unknown } from '../types/type.ts';
import type { FunctionDefinition } from './definition.ts';

const userPointer: PointerType = { kind: 'pointer', space: 'user', to: uint64 };

/**
 * The address of a function or variable of the program that is probed. Where the file was loaded is told by the place
 * the probe hit: it lies as far from the symbol as the file says.
 */
export const uaddr: FunctionDefinition = {
  kind: 'function',
  name: 'uaddr',
  signature: 'uaddr("name")',
  kernel: '4.17',
  minimum: 1,
  maximum: 1,
  check(call, context) {
    const [name] = call.arguments as [Expression];
    const { env, target, report } = context;
    if (target.attach.kind !== 'uprobe' || target.context.kind !== 'registers' || target.context.at !== 'entry') {
      report('invalid-use', call.span, `${target.name} has no uaddr()`, 'uprobe has it');
      return unknown;
    }
    if (name.kind !== 'string') {
      const given = describe(context.typeOf(name));
      report('invalid-argument', name.span, `uaddr() expects a string literal (${given} provided)`);
      return unknown;
    }
    if (env.tracepoints === null) return userPointer;
    const found = distance(env, target, name.value);
    if (typeof found === 'bigint') return userPointer;
    report('no-match', call.span, `Could not resolve symbol: ${target.attach.path}:${name.value}`, found.reason);
    return unknown;
  },
  lower(call, { builder, env, target }) {
    const [name] = call.arguments as [Expression];
    const found = distance(env, target, name.kind === 'string' ? name.value : '');
    if (typeof found !== 'bigint') throw new Error(found.reason);
    const place = builder.load(8, inRegister(builder.context(), registerLayouts[env.arch].names.get('pc') ?? 0));
    return numberValue(builder.binary('add', place, BigInt.asIntN(64, found)));
  },
};

/** Bytes from the probe's place to a symbol. */
function distance(env: CompileEnv, { attach }: ProbeTarget, name: string): bigint | { readonly reason: string } {
  if (attach.kind !== 'uprobe') return { reason: 'the probe is not on a program' };
  const executable = env.executables?.find(attach.path) ?? { reason: 'the programs of this node are not known' };
  if ('reason' in executable) return executable;
  const { offset } = attach;
  const around = executable.functions.find(
    (one) => offset >= one.offset && offset - one.offset < Math.max(1, one.size),
  );
  if (around === undefined) return { reason: 'the probe is in no function of the file' };
  const address = env.symbols?.user(attach.path, name) ?? { reason: 'the symbols of this node are not known' };
  return typeof address === 'bigint' ? address - BigInt(around.address + offset - around.offset) : address;
}
