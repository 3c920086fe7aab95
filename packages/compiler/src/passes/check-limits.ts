import { MAX_PERCPU_VALUE } from '@bpfleet/bpf';
import type { ExpandContext } from '../probes/provider.ts';
import type { MapLayout } from '../types/map-layout.ts';
import type { MapSymbol } from './model.ts';

/** Longest key: hashing more is not sensible. */
const MAX_KEY = 4096;
/** The kernel takes no more than this before 5.11 (MAX_BPF_STACK). */
const MAX_SHORT_KEY = 512;
/** Largest value of a map that is not per CPU; it is copied through scratch memory. */
const MAX_VALUE = 16 * 1024;
const MAX_MAPS = 60;

/** Sizes that the kernel would refuse. */
export function checkLimits(
  maps: ReadonlyMap<string, MapSymbol>,
  layouts: ReadonlyMap<string, MapLayout>,
  { env, diagnostics }: Pick<ExpandContext, 'env' | 'diagnostics'>,
): void {
  const maxKey = env.features.has('long_key') ? MAX_KEY : MAX_SHORT_KEY;
  let count = 0;
  for (const [name, { first, declaration }] of maps) {
    const layout = layouts.get(name);
    if (layout === undefined) continue;
    if (declaration !== undefined && !layout.keyless && declaration.type.startsWith('percpu') !== layout.perCpu) {
      const needed = layout.perCpu ? 'percpuhash' : 'hash';
      const message = `Incompatible map types. Type from declaration: ${declaration.type}. Type from value/key type: ${needed}`;
      diagnostics.error('type-mismatch', { start: first.start, end: first.start + name.length }, message);
    }
    if (++count > MAX_MAPS) diagnostics.error('limit', first, `a script has at most ${MAX_MAPS} maps`);
    if (layout.keySize > maxKey) {
      const message = `the key of ${name} takes ${layout.keySize} bytes; at most ${maxKey} are allowed${maxKey < MAX_KEY ? ' by this kernel (before 5.11)' : ''}`;
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
