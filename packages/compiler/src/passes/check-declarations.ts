import type { Diagnostics } from '../source/diagnostic.ts';
import type { Script } from '../syntax/ast.ts';
import type { MapSymbol } from './model.ts';

/** The kinds of map that `let @m = kind(n)` can name. */
const mapTypes = ['percpulruhash', 'percpuhash', 'lruhash', 'hash'];

/** Reports declarations of maps that name no kind of map, or a map that is not used. */
export function checkDeclarations(
  { mapDeclarations }: Script,
  maps: ReadonlyMap<string, MapSymbol>,
  diagnostics: Diagnostics,
): void {
  for (const { name, type, span } of mapDeclarations) {
    if (!mapTypes.includes(type)) {
      const hint = `Valid map types: ${mapTypes.join(', ')}`;
      diagnostics.error('invalid-use', span, `Invalid bpf map type: ${type}`, hint);
    }
    if (!maps.has(name)) diagnostics.warning('invalid-use', span, `Unused map: ${name}`);
  }
}
