import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Script } from './ast.ts';
import { astText } from './ast-text.ts';
import { parse } from './parse.test-kit.ts';
import { printScript } from './printer.ts';
import { script } from './random-script.test-kit.ts';
import { quote, scanString } from './string-literal.ts';

/** As astText, but whatever order the properties of a node have. */
function tree(one: Script): unknown {
  return JSON.parse(astText(one));
}

test('what is printed parses to the same tree', () => {
  fc.assert(
    fc.property(script, (one) => {
      const again = parse(printScript(one));
      expect(again.errors).toEqual([]);
      expect(tree(again.script)).toEqual(tree(one));
    }),
    { numRuns: 400 },
  );
});

// U+0085 is a control, but what `\x85` gives is the byte, which is no character alone.
test.each(['\u0085', '\u007f', '\0', '\udc85'])('a string of %j is read back', (value) => {
  expect(scanString(quote(value), 0)).toEqual({ value, end: quote(value).length, faults: [] });
});

test.each([
  [
    'begin/ *$a/{-(-1);- --$a;({1}+2);_={3}}',
    'begin\n/ *$a/\n{\n  - -1;\n  - --$a;\n  ({\n    1\n  } + 2);\n  _ = {\n    3\n  };\n}\n',
  ],
  ['begin/4/({2})/{}', 'begin\n/4 / ({\n  2\n})/\n{\n}\n'],
  [
    'begin{(foo_t)(-1);(int8)({1});(@a)[1];((int8)1).a}',
    'begin {\n  (foo_t)(-1);\n  (int8)({\n    1\n  });\n  (@a)[1];\n  ((int8)1).a;\n}\n',
  ],
  [
    'macro m(x,$y){if(x){1}else{2};} begin{m(1,$a)}',
    'macro m(x, $y) {\n  if (x) {\n    1;\n  } else {\n    2;\n  };\n}\n\nbegin {\n  m(1, $a);\n}\n',
  ],
  [
    'fn f($a:int64,$b:struct x*):string[8]{return "a"} fn g():void{} begin{f(1,$b)}',
    'fn f($a : int64, $b : struct x *) : string[8] {\n  return "a";\n}\n\nfn g() : void {\n}\n\nbegin {\n  f(1, $b);\n}\n',
  ],
  [
    '#define A {1;2}\nstruct a{int x:3;}\nconfig={a=1;b=x}let @m=hash(5) begin,end{let $a:int8=1}',
    '#define A { \\\n  1; \\\n  2 \\\n}\nstruct a {\n  int x : 3;\n};\n\nconfig = {\n  a = 1;\n  b = "x";\n}\n\nlet @m = hash(5);\n\nbegin,\nend {\n  let $a: int8 = 1;\n}\n',
  ],
])('%s', (text, printed) => {
  const { script: read, errors } = parse(text);
  expect(errors).toEqual([]);
  expect(printScript(read)).toBe(printed);
  expect(tree(parse(printed).script)).toEqual(tree(read));
});
