import type { CFunction, TypeSource } from '@bpfleet/bpf';

/** The context of an fentry or fexit program: one 8-byte cell a register that a parameter takes, then the result. */
export interface FunctionLayout {
  /** By name: offset in bytes and number of the type. */
  readonly parameters: ReadonlyMap<string, { readonly offset: number; readonly type: number }>;
  readonly resultOffset: number;
}

export function functionLayout(types: TypeSource, { parameters }: CFunction): FunctionLayout {
  const places = new Map<string, { offset: number; type: number }>();
  let offset = 0;
  for (const { name, type } of parameters) {
    places.set(name, { offset, type });
    const resolved = types.resolve(type);
    // A structure of up to 16 bytes that is passed by value takes the registers it fills.
    offset += resolved.kind === 'record' ? Math.ceil(resolved.size / 8) * 8 : 8;
  }
  return { parameters: places, resultOffset: offset };
}
