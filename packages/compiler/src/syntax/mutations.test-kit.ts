import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';

const cases = new URL('../../cases/', import.meta.url);

/** The programs of the case files. */
export const casePrograms: readonly string[] = readdirSync(cases)
  .filter((file) => file.endsWith('.txt'))
  .flatMap((file) => readFileSync(new URL(file, cases), 'utf8').split(/^== /m).slice(1))
  .map((one) => one.slice(one.indexOf('\n') + 1).split(/^-- /m)[0] ?? '')
  .map((program) => program.replace(/\{\{\w+\}\}/g, '1'));

/** Pieces of the language that the case files may not have. */
const pieces = [
  ...['{', '}', '(', ')', '[', ']', ';', ',', ':', '?', '/', '*', '&', '-', '++', '=', '==', '..', '.', '->', '#', '@'],
  ...['$', '$1', '$#', '"', '\\', '\n', '/*', '*/', '//', '\0', '🐝', "'", '`', '0x', '1e9', '1_', '08', '5d', '?:'],
  ...[
    'if',
    'else',
    'while',
    'for',
    'unroll',
    'let',
    'return',
    'break',
    'macro m(x) {',
    'm(1)',
    'config = {',
    'struct a {',
  ],
  ...[
    'enum e { A = ',
    'typedef ',
    '#define A ',
    '#if ',
    '#else\n',
    '#endif\n',
    '#include <a>\n',
    'import "x"',
    'fn f(',
  ],
  ...[
    'sizeof(',
    'offsetof(',
    '(uint8)',
    '(struct a *)',
    'typeof(',
    'comptime ',
    'getopt("a", ',
    'begin',
    'let @m = hash(',
  ],
  ...[
    'true',
    '(a=1)',
    '()',
    '(1,)',
    'for ($i : 0..5) {',
    'for ($kv : @) {',
    '{ 1 }',
    'print(',
    'str(',
    '@[1, 2]',
    '_ = ',
  ],
];

interface Edit {
  readonly kind: 'delete' | 'insert' | 'double' | 'swap' | 'splice' | 'cut';
  readonly at: number;
  readonly other: number;
  readonly piece: string;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom('delete', 'insert', 'insert', 'double', 'swap', 'splice', 'cut'),
  at: fc.nat(),
  other: fc.nat(),
  piece: fc.constantFrom(...pieces),
});

/** Programs with a few tokens missing, doubled, swapped, or taken from elsewhere. */
export const mutant: fc.Arbitrary<string> = fc
  .record({ base: fc.constantFrom(...casePrograms), edits: fc.array(edit, { minLength: 1, maxLength: 6 }) })
  .map(({ base, edits }) => edits.reduce(apply, tokens(base)).join(''));

function tokens(text: string): string[] {
  return text.match(/\s+|\w+|[^\s\w]/g) ?? [];
}

function apply(list: string[], { kind, at, other, piece }: Edit): string[] {
  const place = at % (list.length + 1);
  const next = other % (list.length + 1);
  switch (kind) {
    case 'delete':
      return list.toSpliced(place, 1 + (other % 3));
    case 'insert':
      return list.toSpliced(place, 0, piece);
    case 'double':
      return list.toSpliced(place, 0, ...list.slice(place, place + (other % 8)));
    case 'swap': {
      const swapped = [...list];
      swapped[place] = list[next] ?? '';
      swapped[next] = list[place] ?? '';
      return swapped;
    }
    case 'splice':
      return [...list.slice(0, place), ...tokens(casePrograms[other % casePrograms.length] ?? '').slice(-(at % 20))];
    case 'cut':
      return list.slice(0, place);
  }
}
