import { describe, expect, test } from 'vitest';
import { env } from '../compile.test-kit.ts';
import { compile } from '../compile.ts';
import { formatDiagnostic } from '../source/format-diagnostic.ts';
import { joinFiles } from './join-files.ts';

const files: Readonly<Record<string, string>> = {
  'twice.bt': 'macro twice(x) { x * 2 }',
  'probes.bt': '#!/usr/bin/env bpfleet\n#define N 5\nstruct S { int a; };\nlet @m = hash(5);\nbegin { @m[1] = N; }\n',
  'chain.bt': 'import "twice.bt";\nmacro four(x) { twice(twice(x)) }',
  'self.bt': 'import "script.bt";\nimport "self.bt";\nend { }',
  'script.bt': '',
  'config.bt': 'config = { max_map_keys = 5 }',
  'late.bt': 'begin { }\nimport "twice.bt";',
  'open.bt': 'macro m() { 1',
  'wrong.bt': '\nbegin { print(nothing); }',
  'use.bt': 'macro field(x) { $a = x; $a.f }',
};

function find(path: string) {
  const found = path === 'folder/' ? ['twice.bt', 'probes.bt'] : path in files ? [path] : undefined;
  return (
    found?.map((name) => ({ name, id: name, source: files[name] ?? '' })) ?? { reason: 'there is none', hint: path }
  );
}

function join(source: string) {
  return joinFiles({ name: 'script.bt', id: 'script.bt', source }, { imported: find, header: findHeader });
}

const headers: Readonly<Record<string, string>> = {
  'own.h':
    '#ifndef OWN_H\n#define OWN_H\n#include "inner.h"\n#define FIVE 5\nstruct own { int a; struct inner i; };\n#endif\n',
  'inner.h':
    'struct inner { long x; };\ntypedef struct inner inner_t;\nstatic inline int f(int x) { if (x) { return x; } return 1; }\nextern int g(void);',
  'endless.h': '#include "endless.h"\n',
  'wrong.h': '\nstruct wrong { nothing };\n',
};

function findHeader(name: string) {
  return name in headers ? { name, id: name, source: headers[name] ?? '' } : undefined;
}

/** What is wrong with a script and the files it names. */
function errors(source: string): readonly string[] {
  const joined = join(source);
  if ('errors' in joined) return joined.errors;
  return compile(joined.source, env).diagnostics.map((each) => formatDiagnostic(joined.source, 'script.bt', each));
}

test('each file once, what it imports before it, with lines that say which is which', () => {
  const script = '#!/usr/bin/env bpfleet\nimport "chain.bt"; import "twice.bt";\nbegin { @ = four(1); }\n';
  expect(join(script)).toEqual({
    source: [
      `# 1 "twice.bt"\n${files['twice.bt']}\n`,
      `# 1 "chain.bt"\n${files['chain.bt']}\n`,
      `# 1 ""\n${script}`,
    ].join(''),
  });
  expect(errors(script)).toEqual([]);
});

test.each(['begin { }', 'import "stdlib"; begin { }', 'begin { print("import"); }'])('%s stays as it is', (source) => {
  expect(join(source)).toEqual({ source });
});

test.each([
  [
    'its C definitions and maps may come after the probes of what it imports',
    'import "folder/"; config = { max_map_keys = 9 }\n#define M 3\nstruct T { int b; };\nlet @n = hash(2);\nbegin { @n[twice(N)] = sizeof(struct T) + sizeof(struct S) + M; }',
  ],
  ['files that import one another', 'import "self.bt"; begin { }'],
])('%s', (_, source) => {
  expect(errors(source)).toEqual([]);
});

describe('what is wrong is said of the file', () => {
  test.each([
    [
      'import "none.bt"; begin { }',
      ['script.bt:1:1-17: ERROR: there is none\nimport "none.bt"; begin { }\n~~~~~~~~~~~~~~~~\nHINT: none.bt'],
    ],
    [
      'import "wrong.bt"; begin { }',
      ["wrong.bt:2:15-22: ERROR: Unknown identifier: 'nothing'\nbegin { print(nothing); }\n              ~~~~~~~"],
    ],
    [
      'import "wrong.bt";\nbegin { print($x); }',
      [
        "wrong.bt:2:15-22: ERROR: Unknown identifier: 'nothing'\nbegin { print(nothing); }\n              ~~~~~~~",
        'script.bt:2:15-17: ERROR: Undefined or undeclared variable: $x\nbegin { print($x); }\n              ~~',
      ],
    ],
    [
      'import "config.bt"; begin { }',
      ['config.bt:1:1-7: ERROR: invalid `config` within import\nconfig = { max_map_keys = 5 }\n~~~~~~'],
    ],
    [
      'import "late.bt"; begin { }',
      [
        'late.bt:2:1-7: ERROR: syntax: root imports must appear before probes and functions\nimport "twice.bt";\n~~~~~~',
      ],
    ],
    ['import "open.bt"; begin { }', ["open.bt:1:14-14: ERROR: syntax: expected ';'\nmacro m() { 1\n             "]],
    [
      'import "use.bt"; begin { print(field(4)); }',
      [
        "use.bt:1:26-30: ERROR: Can not access field 'f' on expression of type 'int8'\nmacro field(x) { $a = x; $a.f }\n                         ~~~~\nscript.bt:1:32-40: ERROR: expanded from\nimport \"use.bt\"; begin { print(field(4)); }\n                               ~~~~~~~~",
      ],
    ],
    [
      'import "twice.bt" begin { print(twice(1)); }',
      [
        'script.bt:1:19-24: ERROR: syntax: expected \';\' after import\nimport "twice.bt" begin { print(twice(1)); }\n                  ~~~~~',
      ],
    ],
  ])('%s', (source, expected) => {
    expect(errors(source)).toEqual(expected);
  });
});

test('a chain of imports ends', () => {
  const endless = (path: string) => [{ name: path, id: path, source: `import "${path}x";` }];
  const joined = joinFiles(
    { name: 'stdin', id: '', source: 'import "a"; begin { }' },
    { imported: endless, header: () => undefined },
  );
  expect(joined).toMatchObject({ errors: [expect.stringContaining('a script imports at most 256 files')] });
});

describe('headers', () => {
  test('stand in the place of what includes them', () => {
    expect(join('#include "inner.h"\nbegin { }\n')).toEqual({
      source: `# 1 ""\n# 1 "inner.h" 3\n${headers['inner.h']}\n# 2 ""\nbegin { }\n`,
    });
  });

  test.each([
    [
      '#include "own.h"\n#include <own.h>\n#include <linux/sched.h>\nbegin { @ = FIVE + sizeof(struct own) + sizeof(inner_t); }',
      [],
    ],
    ['#if 0\n#include "none.h"\n#endif\nbegin { }', []],
    ['#include "none.h"\nbegin { }', [expect.stringMatching(/^script\.bt:1:1-18: ERROR: 'none\.h' file not found\n/)]],
    ['#include "wrong.h"\nbegin { }', [expect.stringMatching(/^wrong\.h:2:\d+-\d+: ERROR: /)]],
    ['#include "own.h"\nbegin { print($x); }', [expect.stringMatching(/^script\.bt:2:15-17: ERROR: Undefined/)]],
  ])('%s', (source, expected) => {
    expect(errors(source)).toEqual(expected);
  });

  test('that include themselves end', () => {
    expect(join('#include "endless.h"\nbegin { }')).toMatchObject({ source: expect.stringContaining('begin { }') });
  });
});
