import type { TypeSource } from '@bpfleet/bpf';

/** Types that are read when the first of them is asked for: 5 MB and some 20 ms that most scripts have no use for. */
export function lazyTypes(read: () => TypeSource | null): TypeSource {
  let types: TypeSource | null = null;
  const source = () => {
    types ??= read();
    if (types === null) throw new Error('the types of this kernel were there and are not any more');
    return types;
  };
  return {
    resolve: (id) => source().resolve(id),
    record: (kind, name) => source().record(kind, name),
    member: (record, name) => source().member(record, name),
    members: (record) => source().members(record),
    named: (name) => source().named(name),
    enumerator: (name) => source().enumerator(name),
    enumerators: (enumeration) => source().enumerators(enumeration),
    function: (name) => source().function(name),
    functions: () => source().functions(),
  };
}
