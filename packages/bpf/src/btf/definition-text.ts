import type { Btf } from './btf.ts';
import { type CWriter, declaration, isEnumeration, tagWord } from './c-declaration.ts';

/** `struct list_head { ... };` with a line a field, as C and `bpftool btf dump` write it. `id`: of a record or enumeration. */
export function definitionText(btf: Btf, id: number): string {
  const { kind, name } = btf.node(id);
  const writer: CWriter = {
    btf,
    name: (type) => btf.node(type).name,
    body: (type, depth) => body(writer, type, depth),
  };
  return `${tagWord(kind)} ${name} ${body(writer, id, 0)};\n`;
}

function body(writer: CWriter, id: number, depth: number): string {
  const { btf } = writer;
  const tabs = '\t'.repeat(depth + 1);
  const lines = isEnumeration(btf.node(id).kind)
    ? btf.enumerators(id).map(({ name, value }) => `${tabs}${name} = ${value},\n`)
    : btf.members(id).map(({ name, type, bits }) => {
        return `${tabs}${declaration(writer, type, name, depth + 1)}${bits === 0 ? '' : `: ${bits}`};\n`;
      });
  return lines.length === 0 ? '{}' : `{\n${lines.join('')}${'\t'.repeat(depth)}}`;
}
