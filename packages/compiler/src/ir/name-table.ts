import type { NameTable, ProbeTarget } from '../probes/provider.ts';
import { textBytes } from '../types/text-bytes.ts';
import { stringType } from '../types/type.ts';
import type { Resources } from './resources.ts';

/** Puts texts by number into the map of names; each takes `width` bytes at least. */
export function nameTable(texts: ReadonlyMap<number, string>, resources: Resources, width = 0): NameTable {
  const numbers = [...texts.keys()];
  const first = Math.min(...numbers);
  const count = Math.max(...numbers) - first + 1;
  const bytes = Array.from({ length: count }, (_, index) => {
    const text = texts.get(first + index);
    return text === undefined ? undefined : textBytes(text);
  });
  const { size } = stringType(Math.max(width, ...bytes.map((text) => text?.length ?? 0)));
  return { first, count, size, offset: resources.addNames(bytes, size) };
}

/** A target for several functions, with the tables of those words that the body uses. */
export function withTables(
  target: ProbeTarget,
  used: ReadonlySet<string>,
  { names, functions }: { readonly names: readonly string[]; readonly functions: readonly string[] },
  resources: Resources,
): ProbeTarget {
  const { widths } = target;
  const numbered = (texts: readonly string[], width?: number) => nameTable(new Map(texts.entries()), resources, width);
  return {
    ...target,
    ...(used.has('probe') ? { names: numbered(names, widths?.name) } : {}),
    ...(used.has('func') ? { functionNames: numbered(functions, widths?.function) } : {}),
  };
}
