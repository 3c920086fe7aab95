import { numberValue } from '../ir/value.ts';
import { uint64, unknown } from '../types/type.ts';
import type { BuiltinDefinition } from './definition.ts';

/** Scripts do not write it: it stands where `func` must go with what ksym() gives (symbolic-functions.ts). */
export const FUNC_ADDRESS = '__builtin_func_address';

/** Where the kernel's function begins that is probed. */
export const funcAddress: BuiltinDefinition = {
  name: FUNC_ADDRESS,
  constant: true,
  kernel: '4.1',
  check(identifier, { env, target, report }) {
    if (env.tracepoints === null || addressOf(env, target.function) !== undefined) return uint64;
    report('no-match', identifier.span, `Failed to resolve kernel symbol: ${target.function ?? target.name}`);
    return unknown;
  },
  lower({ env, target }) {
    const address = addressOf(env, target.function);
    if (address === undefined) throw new Error(`${target.name} has no address`);
    return numberValue(BigInt.asIntN(64, address));
  },
};

function addressOf({ symbols }: { symbols?: { kernel(name: string): bigint | null } }, name: string | undefined) {
  return (name === undefined ? null : symbols?.kernel(name)) ?? undefined;
}
