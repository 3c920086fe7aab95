import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isInKernelRange } from './kernel-range.ts';
import { readManifest } from './read-manifest.ts';

const problemsOf = (given: unknown) => {
  const read = readManifest(given);
  return 'problems' in read ? read.problems.map(({ path, message }) => `${path.join('.')}: ${message}`) : [];
};

test('a whole manifest', () => {
  const given = {
    description: 'Opens by process.',
    license: 'GPL',
    kernels: '>=5.8, <7',
    parameters: {
      targ_pid: null,
      'config.depth': { description: 'how deep', default: 5 },
      names: { default: ['a', 'b'] },
    },
    outputs: {
      events: { record: 'event' },
      hists: { merge: 'hist', description: 'microseconds' },
      stats: { fields: { 'inner.least': 'min' } },
      start: { show: false },
    },
    maps: { start: { entries: 1_000 }, shared: { share: '/sys/fs/bpf/mine/shared' } },
    programs: {
      sample: { event: 'cpu-clock', frequency: 49 },
      ingress: { interfaces: ['eth0'], direction: 'ingress' },
      '*': { optional: true },
    },
    changes: ['network'],
  };
  const read = readManifest(given);
  expect(read).toEqual({ manifest: { ...given, parameters: { ...given.parameters, targ_pid: {} } } });
});

describe('what is wrong is told with its place', () => {
  test.each<[unknown, string]>([
    ['text', ': must be a table of description, license'],
    [{ output: {} }, "output: is not known here; did you mean 'outputs'?"],
    [{ outputs: { m: { merge: 'summ' } } }, "outputs.m.merge: is not known; did you mean 'sum'?"],
    [{ outputs: { m: { merge: 7 } } }, 'outputs.m.merge: must be one of sum, min, max'],
    [{ outputs: { 'a b': {} } }, 'outputs.a b: is no name that C could have'],
    [{ parameters: { x: { default: 1.5 } } }, 'parameters.x.default: must be a number, a text'],
    [{ maps: { m: { entries: 0 } } }, 'maps.m.entries: must be a whole number from 1 to 4294967295'],
    [{ maps: { m: { share: '/etc/passwd' } } }, 'maps.m.share: must be a path below /sys/fs/bpf/'],
    [{ maps: { m: { share: '/sys/fs/bpf/../x' } } }, 'maps.m.share: must be a path below /sys/fs/bpf/'],
    [{ kernels: 'new' }, 'kernels: must be a range of kernels'],
    [{ programs: { p: { cgroup: 'a/../..' } } }, 'programs.p.cgroup: must be a path without'],
    [{ programs: { '*': { attach: 'kprobe/f' } } }, 'programs.*.attach: is not known here; there are load, optional'],
    [{ outputs: { '*': {} } }, 'outputs.*: is no name that C could have'],
    [{ changes: ['everything'] }, 'changes.0: must be one of network, security, kernel, maps'],
    [{ outputs: { constructor: { toString: 1 } } }, 'outputs.constructor.toString: is not known here'],
  ])('%j', (given, message) => {
    expect(problemsOf(given).join('\n')).toContain(message);
  });

  test('all of it at once', () => {
    expect(problemsOf({ license: 1, kernels: 2, changes: 3 })).toHaveLength(3);
  });

  test('whatever is given, the answer is a manifest or what is wrong', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (given) => {
        expect(readManifest(given)).toBeDefined();
      }),
    );
  });
});

test.each([
  ['6.1.0-13-amd64', '>=5.8', true],
  ['6.1.0-13-amd64', '>=5.8, <6.1', false],
  ['6.1.0-13-amd64', '<=6.1', true],
  ['6.1.9', '=6.1', true],
  ['6.1.9', '=6.1.8', false],
  ['5.10.0', '>5.10', false],
  ['5.10.0', '5.8', true],
  ['5.4.0', '<5.10', true],
  ['none', '>=1', false],
])('%s in %s: %s', (release, range, holds) => expect(isInKernelRange(release, range)).toBe(holds));
