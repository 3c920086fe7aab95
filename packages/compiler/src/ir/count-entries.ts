import type { MapLayout } from '../types/map-layout.ts';
import { FunctionBuilder } from './function-builder.ts';
import type { Lowering } from './lowering.ts';

/** How many entries a map has: the helper counts those it calls a function for, which does nothing. Kernel 5.13. */
export function countEntries({ builder }: Lowering, { map }: MapLayout): number {
  const callback = new FunctionBuilder('for_each', builder.frame.callback());
  callback.position = builder.position;
  callback.return(0n);
  const index = builder.addCallback(callback.finish(() => undefined));
  return builder.call(
    'for_each_map_elem',
    { kind: 'map', map },
    { kind: 'callback', index },
    { kind: 'operand', operand: 0n },
    { kind: 'operand', operand: 0n },
  );
}
