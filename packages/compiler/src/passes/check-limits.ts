import { MAX_PERCPU_VALUE } from '@bpfleet/bpf';
import type { Diagnostics } from '../source/diagnostic.ts';
import type { MapLayout } from '../types/map-layout.ts';
import type { MapSymbol } from './model.ts';

/** Longest key: the kernel takes no more than this before 5.11 (MAX_BPF_STACK), and hashing more is not sensible. */
const MAX_KEY = 4096;
/** Largest value of a map that is not per CPU; it is copied through scratch memory. */
const MAX_VALUE = 16 * 1024;
const MAX_MAPS = 60;

/** Sizes that the kernel would refuse. */
export function checkLimits(
  maps: ReadonlyMap<string, MapSymbol>,
  layouts: ReadonlyMap<string, MapLayout>,
  diagnostics: Diagnostics,
): void {
  let count = 0;
  for (const [name, { first }] of maps) {
    const layout = layouts.get(name);
    if (layout === undefined) continue;
    if (++count > MAX_MAPS) diagnostics.error('limit', first, `a script has at most ${MAX_MAPS} maps`);
    if (layout.keySize > MAX_KEY) {
      const message = `the key of ${name} takes ${layout.keySize} bytes; at most ${MAX_KEY} are allowed`;
      diagnostics.error('limit', first, message, 'shorten its strings with str(pointer, length)');
    }
    const limit = layout.perCpu ? MAX_PERCPU_VALUE : MAX_VALUE;
    if (layout.valueSize > limit) {
      diagnostics.error(
        'limit',
        first,
        `a value of ${name} takes ${layout.valueSize} bytes; at most ${limit} are allowed`,
      );
    }
  }
}
