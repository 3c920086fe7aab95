import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadTrace } from './index.ts';

/** What an expression is, and what it must give: 64 bits, and whether they are signed (null: a literal, neither). */
interface Sample {
  readonly text: string;
  readonly value: bigint;
  readonly signed: boolean | null;
}

const edges = [0n, 1n, -1n, 2n, 7n, 63n, 64n, 255n, 2n ** 31n, -(2n ** 31n), 2n ** 32n, 2n ** 63n - 1n, -(2n ** 63n)];
const operators = ['+', '-', '*', '/', '%', '&', '|', '^', '<<', '>>', '<', '<=', '>', '>=', '==', '!=', '&&', '||'];

/** The law of the language, written down a second time and not as the compiler has it. */
function apply(operator: string, left: Sample, right: Sample): { value: bigint; signed: boolean | null } {
  const kinds = [left.signed, right.signed].filter((kind) => kind !== null);
  const signed = kinds.length === 0 ? null : kinds.includes(true);
  const wrap = (value: bigint) => (signed === false ? BigInt.asUintN(64, value) : BigInt.asIntN(64, value));
  const [a, b] = [wrap(left.value), wrap(right.value)];
  const truth = (holds: boolean) => ({ value: holds ? 1n : 0n, signed: null });
  const shift = BigInt.asUintN(64, right.value) % 64n;
  const results: Record<string, () => { value: bigint; signed: boolean | null }> = {
    '+': () => ({ value: wrap(a + b), signed }),
    '-': () => ({ value: BigInt.asIntN(64, a - b), signed: true }),
    '*': () => ({ value: wrap(a * b), signed }),
    '/': () => ({ value: b === 0n ? 1n : wrap(a / b), signed }),
    '%': () => ({ value: b === 0n ? 1n : wrap(a % b), signed }),
    '&': () => ({ value: wrap(a & b), signed }),
    '|': () => ({ value: wrap(a | b), signed }),
    '^': () => ({ value: wrap(a ^ b), signed }),
    '<<': () => ({ value: wrap(a << shift), signed }),
    '>>': () => ({ value: wrap(a >> shift), signed }),
    '<': () => truth(a < b),
    '<=': () => truth(a <= b),
    '>': () => truth(a > b),
    '>=': () => truth(a >= b),
    '==': () => truth(a === b),
    '!=': () => truth(a !== b),
    '&&': () => truth(a !== 0n && b !== 0n),
    '||': () => truth(a !== 0n || b !== 0n),
  };
  const result = results[operator]?.();
  if (result === undefined) throw new Error(operator);
  return result;
}

const signedText = (value: bigint) => (value === -(2n ** 63n) ? '(-9223372036854775807 - 1)' : `${value}`);
const unsignedText = (value: bigint) => `(uint64)${value}`;
const anyValue = fc.oneof(fc.constantFrom(...edges), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }));

/** Variables: the first half signed, the second not. What they hold is chosen anew for each program. */
const NAMES = ['$a', '$b', '$c', '$d', '$p', '$q', '$r', '$s'];

function expressions(variables: readonly Sample[]): fc.Arbitrary<Sample> {
  const literal = fc
    .constantFrom(0n, 1n, 2n, 3n, 10n, 255n, 1000n, 2n ** 31n, 2n ** 33n)
    .map((value): Sample => ({ text: `${value}`, value, signed: null }));
  const { tree } = fc.letrec<{ tree: Sample }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 6, depthSize: 'large' },
      fc.oneof(fc.constantFrom(...variables), literal),
      fc.tuple(tie('tree'), fc.constantFrom(...operators), tie('tree')).map(
        // Two literals are left to the table of cases: their signedness depends on the folded value.
        ([left, operator, right]): Sample =>
          left.signed === null && right.signed === null
            ? left
            : { text: `(${left.text} ${operator} ${right.text})`, ...apply(operator, left, right) },
      ),
      fc.tuple(tie('tree'), tie('tree'), tie('tree')).map(
        ([condition, yes, no]): Sample =>
          yes.signed === no.signed && yes.signed !== null
            ? {
                text: `(${condition.text} ? ${yes.text} : ${no.text})`,
                value: condition.value ? yes.value : no.value,
                signed: yes.signed,
              }
            : yes,
      ),
    ),
  }));
  return tree;
}

const program = fc.tuple(...NAMES.map(() => anyValue)).chain((values) => {
  const variables = values.map((value, index): Sample => {
    const signed = index < NAMES.length / 2;
    return { text: NAMES[index] ?? '', value: signed ? value : BigInt.asUintN(64, value), signed };
  });
  return fc.tuple(fc.constant(variables), fc.array(expressions(variables), { minLength: 1, maxLength: 12 }));
});

test('any expression gives in the kernel what the law says', async () => {
  await fc.assert(
    fc.asyncProperty(program, async ([variables, samples]) => {
      const assignments = variables.map(
        ({ text, value, signed }) => `${text} = ${signed ? signedText(value) : unsignedText(value)};`,
      );
      const results = samples.map(({ text }, index) => `@r[${index}] = ${text};`);
      const trace = await loadTrace({ kind: 'script', source: `BEGIN { ${[...assignments, ...results].join('\n')} }` });
      try {
        trace.attach();
        trace.detach();
        const entries = [...(trace.readMaps()[0]?.entries.values() ?? [])];
        const got = new Map(
          entries.map(({ key, value }) => [
            Number(key[0]),
            BigInt.asIntN(64, BigInt(typeof value === 'bigint' || typeof value === 'boolean' ? value : 0n)),
          ]),
        );
        for (const [index, { text, value }] of samples.entries()) {
          expect(`${text} = ${got.get(index)}`).toBe(`${text} = ${BigInt.asIntN(64, value)}`);
        }
      } finally {
        trace.close();
      }
    }),
    { numRuns: 150 },
  );
});
