import type { ResultDocument } from '@bpfleet/client';
import { describe, expect, test } from 'vitest';
import { answer, playController, results, send, summary } from './played-controller.test-kit.ts';
import { bpfleet } from './run-command.test-kit.ts';

const controller = playController();

describe('results', () => {
  const url = 'GET /api/v1/sessions/s1/results';

  test.each([
    [['--format', 'ndjson'], '{"map":"@","kind":"count","key":["bash"],"value":3,"nodes":1}\n'],
    [['--format', 'table'], '@ (count)\nKEY   VALUE  NODES\nbash      3      1\n\nAnswer: 1 target = 1 complete\n'],
    [['-o', 'json'], `${JSON.stringify(results('complete'), null, 2)}\n`],
  ])('%j', async (args, text) => {
    controller.routes[url] = send(200, results('complete'));
    expect(await bpfleet('results', 's1', ...args)).toEqual({ out: text, err: '', status: 0 });
  });

  test('--format prometheus', async () => {
    controller.routes[`${url}?by=node`] = send(200, results('complete'));
    const { out, status } = await bpfleet('results', 's1', '--by', 'node', '--format', 'prometheus');
    expect(out).toMatch(/^# TYPE bpfleet_map_total counter\nbpfleet_map_total\{key="bash"\} 3\n/m);
    expect(status).toBe(0);
  });

  describe('of stacks', () => {
    const frames = [
      { symbol: 'vfs_read', module: '', offset: 17 },
      { symbol: 'ksys_read', module: '', offset: 1 },
    ];
    const stacks: ResultDocument = {
      ...results('complete'),
      maps: [{ name: '@s', kind: 'count', key: ['stack'], entries: [{ key: [frames], value: 3, nodes: 1 }] }],
    };

    test('--format folded', async () => {
      controller.routes[url] = send(200, stacks);
      expect(await bpfleet('results', 's1', '--format', 'folded')).toMatchObject({
        out: 'ksys_read;vfs_read 3\n',
        err: '',
      });
    });

    test('--format speedscope', async () => {
      controller.routes[url] = send(200, stacks);
      const { out } = await bpfleet('results', 's1', '--format', 'speedscope');
      expect(JSON.parse(out).profiles).toMatchObject([{ name: '@s', samples: [[0, 1]], weights: [3] }]);
    });

    test.each(['folded', 'speedscope', 'pprof'])('--format %s of a map without stacks', async (format) => {
      controller.routes[url] = send(200, results('complete'));
      const { out, err, status } = await bpfleet('results', 's1', '--format', format);
      expect({ out, status }).toEqual({ out: '', status: 4 });
      expect(err).toMatch(/No map has a stack in its key.*\n.*kstack/);
    });
  });

  describe('compared', () => {
    const counted = (id: string, ...entries: ResultDocument['maps'][number]['entries']): ResultDocument => ({
      ...results('complete'),
      session: { ...summary('complete'), id },
      maps: [{ name: '@', kind: 'count', key: ['string'], entries }],
    });
    const entry = (name: string, value: number, group?: string) => ({
      key: [name],
      value,
      nodes: 1,
      ...(group === undefined ? {} : { group }),
    });

    test('two sessions', async () => {
      controller.routes[url] = send(200, counted('s1', entry('cat', 4), entry('bash', 3)));
      controller.routes[url.replace('s1', 's2')] = send(
        200,
        counted('s2', entry('cat', 4), entry('bash', 2), entry('ls', 1200)),
      );
      const { out, status } = await bpfleet('results', 's1', '--compare', 's2');
      expect(out).toBe(`A: session s1, complete, 1 target = 1 complete
B: session s2, complete, 1 target = 1 complete

@ (count): 3 keys, 2 differ
KEY   A      B  DIFFERENCE    RATIO
cat   4      4           0       1x
bash  3      2          -1  0.6667x
ls    0  1,200      +1,200        -

`);
      expect(status).toBe(0);
      const json = JSON.parse((await bpfleet('results', 's1', '--compare', 's2', '--top', '1', '-o', 'json')).out);
      expect(json).toMatchObject({ a: { session: { id: 's1' } }, b: { session: { id: 's2' }, answer } });
      expect(json.maps).toEqual([
        {
          name: '@',
          kind: 'count',
          key: ['string'],
          changed: 2,
          entries: [{ key: ['ls'], a: 0, b: 1200, difference: 1200, ratio: null }],
        },
      ]);
    });

    describe('groups', () => {
      const byRole = `${url}?by=label%3Arole`;
      const grouped = counted('s1', entry('bash', 3, 'web'), entry('bash', 2, 'a,b'), entry('bash', 1, 'db'));

      test.each([
        ['web,db', 'A: web of session s1', '-2'],
        ['a,b,web', 'A: a,b of session s1', '+1'],
      ])('%s', async (names, first, difference) => {
        controller.routes[byRole] = send(200, grouped);
        const { out, status } = await bpfleet('results', 's1', '--by', 'label:role', '--compare-groups', names);
        expect(out.startsWith(first)).toBe(true);
        expect(out).toContain(difference);
        expect(status).toBe(0);
      });

      test('the two that there are', async () => {
        controller.routes[byRole] = send(200, counted('s1', entry('bash', 3, 'web'), entry('bash', 3, 'db')));
        const { out } = await bpfleet('results', 's1', '--by', 'label:role', '--compare-groups');
        expect(out).toContain('@ (count): 1 key, no difference\n');
      });

      test.each([
        [['--by', 'label:role', '--compare-groups'], /compares two groups. There are web, a,b, db/],
        [['--by', 'label:role', '--compare-groups', 'web,dbx'], /no two groups of the result. There are web, a,b, db/],
        [['--compare-groups', 'web,db'], /--by/],
        [['--by', 'window', '--compare', 's2'], /no window in common/],
        [['--compare', 's2', '--format', 'csv'], /a table or JSON/],
      ])('%j is a wrong request', async (args, message) => {
        controller.routes[byRole] = send(200, grouped);
        const { out, err, status } = await bpfleet('results', 's1', ...args);
        expect({ out, status }).toEqual({ out: '', status: 4 });
        expect(err).toMatch(message);
      });
    });
  });

  test('asks for one map by group', async () => {
    controller.routes[`${url}?by=label%3Arole&map=%40x`] = send(200, results('complete'));
    expect((await bpfleet('results', 's1', '--by', 'label:role', '--map', '@x')).status).toBe(0);
  });

  test('an unknown group is not asked for', async () => {
    expect(await bpfleet('results', 's1', '--by', 'kernel')).toMatchObject({ status: 4, out: '' });
    expect(controller.requests).toEqual([]);
  });
});
