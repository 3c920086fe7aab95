import { describe, expect, test } from 'vitest';
import { Problem } from '../problem/problem.ts';
import { checkProgram, programDigest, programMessage, type SessionProgram } from './session-program.ts';

const script = (source: string, ...words: string[]): SessionProgram => ({ kind: 'script', source, arguments: words });

describe('a script with arguments', () => {
  test('is checked as it is called', () => {
    expect(checkProgram(script('BEGIN { print($1); print(getopt("n", 5)); }', '7', '--n=9'))).toEqual([]);
    expect(() => checkProgram(script('BEGIN { print($1); }', '7', '--m=9'))).toThrow(Problem);
  });

  test('is another program with others, and the script alone where it has none', () => {
    const digests = [[], ['a'], ['a', 'b'], ['a b']].map((words) => programDigest(script('BEGIN {}', ...words)));
    expect(new Set(digests).size).toBe(4);
    // sha256sum of the text.
    expect(digests[0]).toBe('sha256:4f4ac4e9f70a4700cc31ce4fd00c1285f16193733cc220ced7d745870cd76809');
  });

  test('reaches nodes as it is', () => {
    expect(programMessage(script('BEGIN {}', 'a', '--n=1'))).toMatchObject({ arguments: ['a', '--n=1'] });
  });
});
