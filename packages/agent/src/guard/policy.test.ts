import { parseConfig } from '@bpfleet/runtime';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultPolicy } from './default-policy.ts';
import { noLimits } from './limits.ts';
import { parsePolicy } from './policy.ts';

const defaults = defaultPolicy(true);
const parse = (text: string) => parseConfig(text, 'policy.yaml', (settings) => parsePolicy(settings, defaults));
const digest = `sha256:${'0a'.repeat(32)}`;

describe('parsePolicy', () => {
  test('everything', () => {
    const text = `
session: { for: 1h, overhead: 1%, events: 10000/s, map: 64MiB, probes: 100 }
node: { sessions: 8, overhead: 3%, map: 256MiB }
deny:
  probes: ['kprobe:tcp_*']
  functions: [system]
allow:
  digests: ['${digest}']
`;
    expect(parse(text)).toEqual({
      session: {
        durationMs: 3_600_000,
        overhead: 0.01,
        eventsPerSecond: 10_000,
        mapBytes: 64 * 1024 ** 2,
        probes: 100,
      },
      node: { sessions: 8, overhead: 0.03, mapBytes: 256 * 1024 ** 2 },
      deny: { probes: ['kprobe:tcp_*'], functions: ['system'] },
      allowedDigests: new Set([digest]),
    });
  });

  test('what is not named is bounded as where there is no policy', () => {
    expect(parse('node: {}')).toEqual(defaults);
    expect(parse('node:\nsession:\ndeny:\nallow:')).toEqual(defaults);
    expect(parse('session: {map: 1MiB}').session).toEqual({ ...defaults.session, mapBytes: 1024 ** 2 });
  });

  test('a bound is lifted by saying so', () => {
    const text = `session: {for: none, overhead: none, events: none, map: none, probes: none}
node: {sessions: none, overhead: none, map: none}`;
    expect(parse(text)).toMatchObject({
      session: noLimits,
      node: { sessions: null, overhead: null, mapBytes: null },
    });
  });

  test.each([
    ['', /^policy\.yaml: the file is empty/],
    ['{}', /the file is empty/],
    ['session: {overhead: 1%', /^policy\.yaml:1: /],
    ['node: {}\nsesion: {}', /^policy\.yaml:2: sesion: is not known here; there are session, node, deny, allow/],
    ['session:\n  for: 1h\n  overhed: 1%', /^policy\.yaml:3: session\.overhed: is not known here/],
    ['session:\n  overhead: 1', /^policy\.yaml:2: session\.overhead: give a share/],
    ['session:\n  for: soon', /^policy\.yaml:2: session\.for: .*is no duration/],
    ['session:\n  for: nothing', /"none" is no bound/],
    ['session:\n  for: 0s', /session\.for: must be more than zero/],
    ['session: [a]', /session: must be a list of KEY: VALUE/],
    ['node:\n  sessions: many', /^policy\.yaml:2: node\.sessions: must be a whole number/],
    ['node:\n  map: 1TB', /node\.map: give an amount of memory/],
    ['deny:\n  probes: kprobe', /deny\.probes: must be a list/],
    ['deny:\n  functions: [5]', /deny\.functions: must be texts/],
    ['allow:\n  digests: [abc]', /allow\.digests: "abc" is no digest/],
    ['- a', /must be a list of settings/],
  ])('%j is refused', (text, words) => {
    expect(() => parse(text)).toThrow(words);
  });

  test('whatever the file holds, it is a policy or a ConfigError', () => {
    const keys = fc.constantFrom('session', 'node', 'deny', 'allow', 'for', 'overhead', 'map', 'digests', 'x');
    const value = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom(null, '1%', '1h', '5/s', '', digest, -1, 1e300),
        fc.string({ maxLength: 8 }),
        fc.array(tie('node'), { maxLength: 3 }),
        fc.dictionary(keys, tie('node'), { maxKeys: 4 }),
      ),
    })).node;
    fc.assert(
      fc.property(value, (content) => {
        try {
          parse(JSON.stringify(content));
        } catch (error) {
          expect((error as Error).name).toBe('ConfigError');
        }
      }),
      { numRuns: 500 },
    );
  });
});
