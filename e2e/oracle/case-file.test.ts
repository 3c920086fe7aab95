import { expect, test } from 'vitest';
import { parseCaseFile } from './case-file.ts';
import { OracleError } from './oracle-error.ts';

test('a case of a script alone', () => {
  const [one, ...rest] = parseCaseFile('group', '== a title\nBEGIN {\n  print(1);\n}\n');
  expect(rest).toEqual([]);
  expect(one).toMatchObject({ group: 'group', title: 'a title', script: 'BEGIN {\n  print(1);\n}', way: 'argument' });
  expect(one).toMatchObject({ child: null, after: null, env: {}, masks: [], deviates: null });
});

test('every key of a case', () => {
  const text = `== one
BEGIN { }
-- options -q -f json
-- arguments 1 two
-- script file
-- child calls 5
-- env A=b=c
-- env D=
-- mask clock
-- mask N /^\\d+$/
-- sort
-- deviates we do better

== two
END { }
`;
  const [one, two] = parseCaseFile('group', text);
  expect(one).toMatchObject({ options: '-q -f json', arguments: '1 two', way: 'file', child: 'calls 5', sort: true });
  expect(one).toMatchObject({ env: { A: 'b=c', D: '' }, deviates: 'we do better' });
  expect(one?.masks.map(({ word }) => word)).toEqual(['CLOCK', 'N']);
  expect(two).toMatchObject({ title: 'two', script: 'END { }', options: '' });
});

test.each(['-- nosuch key', '-- script elsewhere', '-- mask nosuch'])('"%s" is refused', (line) => {
  expect(() => parseCaseFile('group', `== bad\nBEGIN { }\n${line}\n`)).toThrow(OracleError);
});
