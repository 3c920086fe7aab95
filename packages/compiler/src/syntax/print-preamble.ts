import type {
  CDefinition,
  ConfigEntry,
  EnumDefinition,
  MapDeclaration,
  RecordDefinition,
  RecordField,
  TypeName,
} from './ast.ts';
import { printExpression } from './print-expression.ts';
import { quote } from './string-literal.ts';

/** A type as it is written in a cast: `struct task_struct *`, `int8[4]`. */
export function printType(type: TypeName): string {
  const { tag, name, of, pointers, dimensions } = type;
  const base = of === undefined ? (tag === undefined ? name : `${tag} ${name}`) : `typeof(${printExpression(of)})`;
  const outer = '*'.repeat(type.arrayPointers ?? 0);
  return `${base}${pointers === 0 ? '' : ` ${'*'.repeat(pointers)}`}${printDimensions(dimensions)}${outer}`;
}

function printDimensions(dimensions: readonly (number | undefined)[]): string {
  return dimensions.map((length) => `[${length ?? ''}]`).join('');
}

export function printConfig(entries: readonly ConfigEntry[]): string {
  return `config = {\n${entries.map(({ name, value }) => `  ${name} = ${configValue(value)};\n`).join('')}}\n`;
}

function configValue(value: ConfigEntry['value']): string {
  return typeof value === 'string' ? quote(value) : String(value);
}

export function printMapDeclaration({ name, type, maxEntries }: MapDeclaration): string {
  return `let ${name} = ${type}(${maxEntries});`;
}

/** A definition with its semicolon; it begins and ends on lines of its own. */
export function printDefinition(definition: CDefinition, indent: string): string {
  switch (definition.kind) {
    case 'record-definition':
      return `${printRecord(definition, indent)};`;
    case 'enum-definition':
      return `${printEnum(definition, indent)};`;
    case 'typedef-definition':
      return `typedef ${printDeclaration(definition, indent)};`;
    case 'define-definition': {
      const value = definition.value === undefined ? '' : ` ${printExpression(definition.value)}`;
      return `#define ${definition.name}${value.replaceAll('\n', ' \\\n')}`;
    }
  }
}

function printRecord({ tag, name, packed, align, fields }: RecordDefinition, indent: string): string {
  const inner = `${indent}  `;
  const head = name === '' ? tag : `${tag} ${name}`;
  const attributes = [...(packed ? ['packed'] : []), ...(align === undefined ? [] : [`aligned(${align})`])];
  const after = attributes.length === 0 ? '' : ` __attribute__((${attributes.join(', ')}))`;
  const lines = fields.map((field) => {
    const bits = field.bits === undefined ? '' : ` : ${field.bits}`;
    return `${inner}${printDeclaration(field, inner)}${bits};\n`;
  });
  return `${head} {\n${lines.join('')}${indent}}${after}`;
}

function printEnum({ name, values }: EnumDefinition, indent: string): string {
  const inner = `${indent}  `;
  const lines = values.map((entry) => `${inner}${entry.name} = ${entry.value},\n`);
  return `${name === '' ? 'enum' : `enum ${name}`} {\n${lines.join('')}${indent}}`;
}

/** A name with its type around it, as C writes it. */
function printDeclaration(
  { name, type, pointers, dimensions }: Pick<RecordField, 'name' | 'type' | 'pointers' | 'dimensions'>,
  indent: string,
): string {
  if (type.kind === 'type-name') {
    const base = printType({ ...type, pointers: 0, dimensions: [] });
    return declare(base, '*'.repeat(type.pointers), name, printDimensions(type.dimensions));
  }
  const base = type.kind === 'enum-definition' ? printEnum(type, indent) : printRecord(type, indent);
  return declare(base, '*'.repeat(pointers ?? 0), name, printDimensions(dimensions ?? []));
}

function declare(base: string, stars: string, name: string, dimensions: string): string {
  const declarator = `${stars}${name}${dimensions}`;
  return declarator === '' ? base : `${base} ${declarator}`;
}
