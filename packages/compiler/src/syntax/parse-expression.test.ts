import { describe, expect, test } from 'vitest';
import { expressionOf, parse, shape } from './parse.test-kit.ts';

test.each([
  ['1 + 2 * 3', '(1 + (2 * 3))'],
  ['1 - 2 - 3', '((1 - 2) - 3)'],
  ['1 | 2 ^ 3 & 4', '(1 | (2 ^ (3 & 4)))'],
  ['1 == 2 & 3', '((1 == 2) & 3)'],
  ['1 << 2 + 3', '(1 << (2 + 3))'],
  ['1 && 2 || 3 && 4', '((1 && 2) || (3 && 4))'],
  ['!1 == 2', '((!1) == 2)'],
  ['-1 * ~2', '((-1) * (~2))'],
  ['*$a + &$b', '((*$a) + (&$b))'],
  ['**$a.b', '(*(*$a.b))'],
  ['4 / { 2 }', '(4 / { 2 })'],
  ['1 ? 2 : 3 ? 4 : 5', '(1 ? 2 : (3 ? 4 : 5))'],
  ['1 ? 2 ? 3 : 4 : 5', '(1 ? (2 ? 3 : 4) : 5)'],
  ['1 ?: 3', '{ let $__or13 = 1; $__or13 ? $__or13 : 3 }'],
  ['args->x + args.y', '(args.x + args.y)'],
  ['$a++ + ++$a', '($a++ + ++$a)'],
  ['@a[1]--', '@a[1]--'],
  ['$t.0.1', '$t.0.1'],
  ['true', 'true'],
  ['comptime (1 + 2)', 'comptime (1 + 2)'],
])('%s', (text, read) => {
  expect(shape(expressionOf(text))).toBe(read);
});

describe('brackets', () => {
  test.each([
    ['@[1, 2]', '@[<1, 2>]'],
    ['@[(1, 2)]', '@[<1, 2>]'],
    ['@m [1]', '@m[1]'],
    ['@m[(1,)]', '@m[<1>]'],
    ['()', '<>'],
    ['(1)', '1'],
    ['(1,)', '<1>'],
    ['(1, 2,)', '<1, 2>'],
    ['((1, 2), 3).0.1', '<<1, 2>, 3>.0.1'],
    ['(a=1, b=(2, 3))', '(a=1, b=(2, 3))'],
    ['(a == 1, 2)', '<(a == 1), 2>'],
    ['f (1, $a)', 'f(1, $a)'],
    ['sizeof(struct foo *)', 'sizeof(struct foo *)'],
    ['sizeof(uint64)', 'sizeof(uint64)'],
    ['sizeof(string[16])', 'sizeof(string[16])'],
    ['sizeof(1 + 2)', 'sizeof(1 + 2)'],
    ['offsetof(struct foo, a.b.c)', 'offsetof(struct foo, a.b.c)'],
    ['offsetof($x, a)', 'offsetof($x, a)'],
    ['{ let $a = 1; $a + 1 }', '{ let $a = 1; $a + 1 }'],
    ['{ { 1 } }', '{ { 1 } }'],
    ['if 1 { 2 } else { 3 }', '(1 ? 2 : 3)'],
    ['if (1) { 2 } else if (3) { 4 } else { 5 }', '(1 ? 2 : (3 ? 4 : 5))'],
    ['if (1) { $x = 2; $x } else { 3 }', '(1 ? { $x = 2; $x } : 3)'],
    ['{ if (1) { 2 } else { 3 } }', '{ 1 ? 2 : 3 }'],
  ])('%s', (text, read) => {
    expect(shape(expressionOf(text))).toBe(read);
  });
});

describe('casts', () => {
  test.each([
    ['(uint8)pid + 1', '(((uint8)pid) + 1)'],
    ['(pid) + 1', '(pid + 1)'],
    ['(pid) - 1', '(pid - 1)'],
    ['(pid) * 2', '(pid * 2)'],
    ['(pid) & 2', '(pid & 2)'],
    ['(int8)-1', '((int8)(-1))'],
    ['(u64)*$x', '((u64)(*$x))'],
    ['(uint64_t)&$x', '((uint64_t)(&$x))'],
    ['(struct foo *)arg0', '((struct foo *)arg0)'],
    ['((struct foo *)arg0)->bar', '((struct foo *)arg0).bar'],
    ['(struct foo **)arg0', '((struct foo **)arg0)'],
    ['(union foo)1', '((union foo)1)'],
    ['(enum foo)1', '((enum foo)1)'],
    ['(int8[4])1', '((int8[4])1)'],
    ['(uint8[])"abc"', '((uint8[])"abc")'],
    ['(string[16])arg0', '((string[16])arg0)'],
    ['(unsigned  long long)1', '((unsigned long long)1)'],
    ['(const char *)arg0', '((char *)arg0)'],
    ['(uint64 *)1', '((uint64 *)1)'],
    ['(foo_t *)1', '((foo_t *)1)'],
    ['(foo_t)1', '((foo_t)1)'],
    ['(foo_t)(1)', '((foo_t)1)'],
    ['(void *)0', '((void *)0)'],
    ['(int32)(int8)$x', '((int32)((int8)$x))'],
    ['(typeof($x))1', '((typeof)1)'],
    ['(typeof(struct foo *))1', '((struct foo *)1)'],
  ])('%s', (text, read) => {
    expect(shape(expressionOf(text))).toBe(read);
  });

  test('the name of a typedef of the script is a type before any operator', () => {
    const { script, errors } = parse('typedef int number; begin { $x = (number)-1; }');
    expect(errors).toEqual([]);
    const [statement] = script.clauses[0]?.body.statements ?? [];
    expect(statement?.kind === 'assignment' && statement.value.kind).toBe('cast');
  });
});

/** Where an expression is, as text. */
test.each([
  ['(1 + 2) * 3', '1 + 2) * 3'],
  ['3 * (1 + 2)', '3 * (1 + 2)'],
  ['(uint8)1', '(uint8)'],
  ['((1, 2)).a', '(1, 2)).a'],
  ['(1)[2]', '1)[2]'],
  ['f(1)', 'f(1)'],
  ['-1', '-1'],
])('the span of %s is that of bpftrace', (text, marked) => {
  const source = `begin { $_ = ${text}; }`;
  const { span } = expressionOf(text);
  expect(source.slice(span.start, span.end)).toBe(marked);
});

test.each([
  ['print(1 2)', "17-18 syntax: expected ')'"],
  ['print(1, )', '18-19 syntax: expected expression'],
  ['@[]', '11-12 syntax: expected expression'],
  ['args.', '15-16 syntax: expected field name or tuple index'],
  ['++5', '11-12 syntax: increment/decrement requires a variable or map'],
  ['args.x++', '15-17 syntax: increment/decrement requires a variable or map'],
  ['$1++', '11-13 syntax: increment/decrement requires a variable or map'],
  ['-9223372036854775809', '9-29 negative value will underflow'],
  ['&pid', '10-13 syntax: address-of operator (&) can only be used on a map or variable'],
  ['(a=1, b=2, a=3)', '20-23 syntax: Named argument list already contains name: a'],
  ['(a=1, 2)', '15-16 syntax: expected identifier'],
  ['(struct)1', '10-16 syntax: expected type'],
  ['sizeof 5', "16-17 syntax: expected '('"],
  ['offsetof(struct a, b[1])', "29-30 syntax: expected ')'"],
  ['print(if (1) { 2 })', '15-27 syntax: every branch of an if that is used as a value needs a value'],
  ['print(else)', '15-19 syntax: expected expression'],
  ['print("a" "b")', "19-22 syntax: expected ')'"],
])('%s is wrong', (text, error) => {
  expect(parse(`begin { ${text} }`).errors[0]).toBe(`1:${error}`);
});
