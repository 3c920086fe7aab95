import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ResultDocument, SessionResource } from '@bpfleet/client';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { bpfleet } from './run-command.test-kit.ts';

type Handler = (request: IncomingMessage & { body: string }, response: ServerResponse) => void;

let server: Server;
let routes: Record<string, Handler>;
let requests: string[];

beforeEach(async () => {
  requests = [];
  routes = {};
  server = createServer((request, response) => {
    const route = `${request.method} ${request.url}`;
    requests.push(route);
    const handler = routes[route] ?? refuse(404, 'not_found', `no ${route}`);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => handler(Object.assign(request, { body: Buffer.concat(chunks).toString() }), response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  vi.stubEnv('BPFLEET_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('BPFLEET_TOKEN', 'token');
});

afterEach(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

const send =
  (status: number, body: unknown): Handler =>
  (_, response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const refuse = (status: number, code: string, detail: string, rest: object = {}) =>
  send(status, { type: 'urn:x', title: 'x', status, code, detail, ...rest });

const summary = (state: SessionResource['session']['state']): SessionResource['session'] => ({
  id: 's1',
  state,
  program: { kind: 'script', digest: 'sha256:0' },
  startedAt: '2026-01-01T00:00:00.000Z',
  endedAt: state === 'running' ? null : '2026-01-01T00:00:10.000Z',
  interval: '1s',
});
const answer = { targets: 1, complete: 1, partial: 0, failed: 0, offline: 0, skipped: 0, nodes: [] };
const resource = (state: SessionResource['session']['state']): SessionResource => ({
  session: summary(state),
  answer,
  nodes: 'all',
  for: '10s',
  createdAt: '2026-01-01T00:00:00.000Z',
  warnings: [],
  schedule: null,
  priority: 0,
  late: false,
  startAt: null,
  queue: null,
});
const results = (state: SessionResource['session']['state']): ResultDocument => ({
  session: summary(state),
  answer,
  maps: [{ name: '@', kind: 'count', key: ['string'], entries: [{ key: ['bash'], value: 3, nodes: 1 }] }],
  output: [{ node: 'a', at: '2026-01-01T00:00:00.000Z', type: 'printf', text: 'hello\n', values: [] }],
});

describe('run', () => {
  const script = 'BEGIN { printf("hello\\n"); @[comm] = count(); }';
  const stream =
    (...events: [string, unknown][]): Handler =>
    (_, response) =>
      void response
        .writeHead(200, { 'content-type': 'text/event-stream' })
        .end(events.map(([name, data]) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`).join(''));
  const ends = (state: SessionResource['session']['state']) => {
    routes['POST /api/v1/sessions'] = send(202, resource('running'));
    routes['GET /api/v1/sessions/s1/stream'] = stream(['session', resource(state)], ['end', results(state)]);
  };

  test('shows what was printed, the maps and the answer', async () => {
    ends('complete');
    const { out, status } = await bpfleet('run', script);
    expect(out).toBe('hello\n\n@ (count)\nKEY   VALUE  NODES\nbash      3      1\n\nAnswer: 1 target = 1 complete\n');
    expect(status).toBe(0);
  });

  test('-o json is the result document alone', async () => {
    ends('partial');
    const { out, status } = await bpfleet('run', script, '-o', 'json');
    expect(JSON.parse(out)).toEqual(results('partial'));
    expect(status).toBe(0);
  });

  test.each([
    ['partial', 2],
    ['failed', 3],
  ] as const)('--strict, and it ended %s: exit %i', async (state, status) => {
    ends(state);
    expect((await bpfleet('run', script, '--strict')).status).toBe(status);
  });

  test('sends the request once more, with the same key, where no controller answered', async () => {
    const keys: unknown[] = [];
    ends('complete');
    routes['POST /api/v1/sessions'] = ({ headers, body }, response) => {
      keys.push(headers['idempotency-key']);
      expect(JSON.parse(body)).toEqual({
        program: { kind: 'script', source: script },
        nodes: 'all',
        for: '3s',
        every: '1s',
      });
      if (keys.length === 1) {
        response.destroy();
      } else {
        send(202, resource('running'))(Object.assign({} as Parameters<Handler>[0]), response);
      }
    };
    expect((await bpfleet('run', script, '--for', '3s')).status).toBe(0);
    expect(keys).toHaveLength(2);
    expect(keys[0]).toBe(keys[1]);
  });

  test('a wrong script is not sent', async () => {
    const { status, out, err } = await bpfleet('run', 'BEGIN { @x = cuont(); }');
    expect({ status, out, requests }).toEqual({ status: 4, out: '', requests: [] });
    expect(err).toContain('cuont');
  });

  test('what the controller refuses is told by the name of its option', async () => {
    routes['POST /api/v1/sessions'] = refuse(422, 'invalid_duration', 'Too long.', {
      pointer: '/for',
      hint: 'Up to 1h.',
    });
    expect(await bpfleet('run', script, '--for', '9d')).toEqual({
      status: 4,
      out: '',
      err: '--for: Too long.\nUp to 1h.',
    });
  });

  test('what a node finds in the script is marked in the script', async () => {
    const diagnostics = [
      {
        severity: 'error',
        code: 'unknown-field',
        message: 'no such thing',
        hint: 'try that',
        line: 1,
        column: 9,
        endLine: 1,
        endColumn: 15,
      },
    ];
    routes['POST /api/v1/sessions'] = refuse(422, 'invalid_program', 'The program is wrong.', { diagnostics });
    const { status, err } = await bpfleet('run', script);
    expect(status).toBe(4);
    expect(err).toContain(`stdin:1:9-15: ERROR: no such thing\n${script}\n        ~~~~~~\nHINT: try that`);
  });

  test('--detach prints the id and leaves', async () => {
    routes['POST /api/v1/sessions'] = send(202, resource('running'));
    expect(await bpfleet('run', script, '--detach')).toMatchObject({ out: 's1\n', status: 0 });
    expect(JSON.parse((await bpfleet('run', script, '--detach', '-o', 'json')).out)).toEqual(resource('running'));
  });

  test('no controller', async () => {
    vi.stubEnv('BPFLEET_URL', 'http://127.0.0.1:9');
    const { status, err } = await bpfleet('nodes');
    expect(status).toBe(3);
    expect(err).toMatch(/^No controller answers at http:\/\/127\.0\.0\.1:9.*\n.*bpfleet up/);
  });
});

describe('results', () => {
  const url = 'GET /api/v1/sessions/s1/results';

  test.each([
    [['--format', 'ndjson'], '{"map":"@","kind":"count","key":["bash"],"value":3,"nodes":1}\n'],
    [['--format', 'table'], '@ (count)\nKEY   VALUE  NODES\nbash      3      1\n\nAnswer: 1 target = 1 complete\n'],
    [['-o', 'json'], `${JSON.stringify(results('complete'), null, 2)}\n`],
  ])('%j', async (args, text) => {
    routes[url] = send(200, results('complete'));
    expect(await bpfleet('results', 's1', ...args)).toEqual({ out: text, err: '', status: 0 });
  });

  test('--format prometheus', async () => {
    routes[`${url}?by=node`] = send(200, results('complete'));
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
      routes[url] = send(200, stacks);
      expect(await bpfleet('results', 's1', '--format', 'folded')).toMatchObject({
        out: 'ksys_read;vfs_read 3\n',
        err: '',
      });
    });

    test('--format speedscope', async () => {
      routes[url] = send(200, stacks);
      const { out } = await bpfleet('results', 's1', '--format', 'speedscope');
      expect(JSON.parse(out).profiles).toMatchObject([{ name: '@s', samples: [[0, 1]], weights: [3] }]);
    });

    test.each(['folded', 'speedscope', 'pprof'])('--format %s of a map without stacks', async (format) => {
      routes[url] = send(200, results('complete'));
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
      routes[url] = send(200, counted('s1', entry('cat', 4), entry('bash', 3)));
      routes[url.replace('s1', 's2')] = send(200, counted('s2', entry('cat', 4), entry('bash', 2), entry('ls', 1200)));
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
        routes[byRole] = send(200, grouped);
        const { out, status } = await bpfleet('results', 's1', '--by', 'label:role', '--compare-groups', names);
        expect(out.startsWith(first)).toBe(true);
        expect(out).toContain(difference);
        expect(status).toBe(0);
      });

      test('the two that there are', async () => {
        routes[byRole] = send(200, counted('s1', entry('bash', 3, 'web'), entry('bash', 3, 'db')));
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
        routes[byRole] = send(200, grouped);
        const { out, err, status } = await bpfleet('results', 's1', ...args);
        expect({ out, status }).toEqual({ out: '', status: 4 });
        expect(err).toMatch(message);
      });
    });
  });

  test('asks for one map by group', async () => {
    routes[`${url}?by=label%3Arole&map=%40x`] = send(200, results('complete'));
    expect((await bpfleet('results', 's1', '--by', 'label:role', '--map', '@x')).status).toBe(0);
  });

  test('an unknown group is not asked for', async () => {
    expect(await bpfleet('results', 's1', '--by', 'kernel')).toMatchObject({ status: 4, out: '' });
    expect(requests).toEqual([]);
  });
});

describe('schedule', () => {
  const script = 'BEGIN { @ = count(); }';
  const schedule = {
    id: 'c1',
    name: 'nightly',
    state: 'active',
    when: { kind: 'cron', cron: '0 3 * * *', timeZone: 'Europe/Berlin' },
    overlap: 'skip',
    missed: 'skip',
    program: { kind: 'script', digest: 'sha256:0' },
    nodes: 'all',
    for: '10s',
    every: '1s',
    createdAt: '2026-01-01T00:00:00.000Z',
    nextDue: '2026-01-01T02:00:00.000Z',
    lastFiring: null,
  };

  test('add sends what was said and prints the id alone', async () => {
    let body = '';
    routes['POST /api/v1/schedules'] = (request, response) => {
      body = request.body;
      send(201, schedule)(request, response);
    };
    const options = ['--cron', '0 3 * * *', '--time-zone', 'Europe/Berlin', '--overlap', 'queue', '--window', '2s'];
    const { out, err, status } = await bpfleet('schedule', 'add', script, ...options, '--limit', 'probes=3');
    expect([out, status]).toEqual(['c1\n', 0]);
    expect(err).toContain('2026-01-01T02:00:00.000Z');
    expect(JSON.parse(body)).toEqual({
      name: '',
      when: schedule.when,
      overlap: 'queue',
      missed: 'skip',
      session: {
        program: { kind: 'script', source: script },
        nodes: 'all',
        for: '10s',
        every: '2s',
        limits: { probes: 3 },
      },
    });
  });

  test.each([
    [[], /in one way/],
    [['--every', '1h', '--cron', '* * * * *'], /in one way/],
    [['--every', '1h', '--time-zone', 'UTC'], /--time-zone/],
    [['--at', 'tomorrow'], /--at tomorrow/],
    [['--at', '2026-13-01T00:00'], /--at 2026-13/],
  ])('add %j is not sent', async (options, message) => {
    expect(await bpfleet('schedule', 'add', script, ...options)).toMatchObject({
      status: 4,
      err: expect.stringMatching(message),
    });
    expect(requests).toEqual([]);
  });

  test('add tells what the controller refuses by the name of its option', async () => {
    routes['POST /api/v1/schedules'] = refuse(422, 'invalid_schedule', 'no such zone', { pointer: '/when/timeZone' });
    const answer = await bpfleet('schedule', 'add', script, '--cron', '* * * * *', '--time-zone', 'X');
    expect(answer).toMatchObject({ status: 4, err: '--time-zone: no such zone' });
  });

  test('list', async () => {
    routes['GET /api/v1/schedules'] = send(200, { items: [schedule], nextCursor: null });
    const { out } = await bpfleet('schedule', 'list');
    expect(out.split('\n')[1]).toBe(
      'c1        nightly  active  0 3 * * * (Europe/Berlin)  2026-01-01T02:00:00.000Z  -     all',
    );
  });

  test('show has the series', async () => {
    routes['GET /api/v1/schedules/c1'] = send(200, schedule);
    const firings = [
      { due: '2026-01-01T02:00:00.000Z', state: 'started', sessionId: 's1', reason: null },
      { due: '2025-12-31T02:00:00.000Z', state: 'failed', sessionId: null, reason: 'no node' },
    ];
    routes['GET /api/v1/schedules/c1/firings'] = send(200, { items: firings, nextCursor: null });
    const { out } = await bpfleet('schedule', 'show', 'c1');
    expect(out).toContain('When:     0 3 * * * (Europe/Berlin)\n');
    expect(out).toContain('2025-12-31T02:00:00.000Z  failed   -        no node\n');
    const json = JSON.parse((await bpfleet('schedule', 'show', 'c1', '-o', 'json')).out);
    expect(json).toEqual({ schedule, firings });
  });

  test('pause, resume and remove', async () => {
    const bodies: string[] = [];
    routes['PATCH /api/v1/schedules/c1'] = (request, response) => {
      bodies.push(request.body);
      send(200, schedule)(request, response);
    };
    routes['DELETE /api/v1/schedules/c1'] = (_, response) => void response.writeHead(204).end();
    for (const command of ['pause', 'resume', 'remove']) {
      expect(await bpfleet('schedule', command, 'c1')).toMatchObject({ status: 0, err: '' });
    }
    expect(bodies).toEqual(['{"paused":true}', '{"paused":false}']);
  });
});

describe('token create', () => {
  const issued = { id: '1', token: 'bpfj_1', expiresAt: null };

  test('a join token alone on stdout', async () => {
    let body: unknown;
    routes['POST /api/v1/tokens'] = (request, response) => {
      body = JSON.parse(request.body);
      send(201, issued)(request, response);
    };
    expect((await bpfleet('token', 'create', '--join', '--ttl', '5m')).out).toBe('bpfj_1\n');
    expect(body).toEqual({ kind: 'join', ttl: '5m' });
    expect(JSON.parse((await bpfleet('token', 'create', '--role', 'ci', '-o', 'json')).out)).toEqual(issued);
    expect(body).toEqual({ kind: 'api', role: 'ci' });
  });

  test('what an API token is bounded to', async () => {
    let body: unknown;
    routes['POST /api/v1/tokens'] = (request, response) => {
      body = JSON.parse(request.body);
      send(201, issued)(request, response);
    };
    const digests = ['sha256:1', 'sha256:2'];
    const programs = digests.flatMap((digest) => ['--program', digest]);
    const limit = ['--limit', 'for=1m,overhead=1%,nodes=10'];
    await bpfleet('token', 'create', '--role', 'ci', '--nodes', 'env=test', ...programs, ...limit);
    expect(body).toEqual({
      kind: 'api',
      role: 'ci',
      nodes: 'env=test',
      programs: digests,
      limits: { for: '1m', overhead: 0.01, nodes: 10 },
    });
  });

  test.each([
    [[]],
    [['--join', '--role', 'ci']],
    [['--join', '--nodes', 'a=b']],
    [['--role', 'ci', '--limit', 'nodes=none']],
    [['--role', 'ci', '--limit', 'window=1m']],
  ])('%j is a wrong request', async (args) => {
    expect(await bpfleet('token', 'create', ...args)).toMatchObject({ status: 4, out: '' });
  });
});

describe('who may use the fleet, and who did what', () => {
  const entry = {
    seq: 2,
    at: '2026-01-01T00:00:00.000Z',
    actor: 'token:t1',
    action: 'createSession',
    outcome: 'refused',
    subject: null,
    requestId: 'r',
    detail: { reason: 'no' },
    hash: 'ab',
  };

  test('tokens with their bounds; revoking a token and a node', async () => {
    const limits = { for: '1m', overhead: 0.01, nodes: null };
    const token = {
      id: 't1',
      kind: 'api',
      name: 'n',
      role: 'ci',
      state: 'valid',
      createdAt: new Date().toISOString(),
      expiresAt: null,
      usedAt: null,
      nodes: 'env=test',
      programs: ['sha256:1'],
      limits,
    };
    routes['GET /api/v1/tokens'] = send(200, { items: [token], nextCursor: null });
    routes['DELETE /api/v1/tokens/t1'] = (_, response) => void response.writeHead(204).end();
    routes['POST /api/v1/nodes/web-1/revoke'] = (_, response) => void response.writeHead(204).end();
    expect((await bpfleet('token', 'list')).out).toMatch(
      /^t1 +api +ci +valid +0s ago +- +n +nodes env=test; 1 program; for 1m; overhead 1 %$/m,
    );
    expect(await bpfleet('token', 'revoke', 't1')).toEqual({ out: '', err: '', status: 0 });
    expect(await bpfleet('nodes', 'revoke', 'web-1')).toEqual({ out: '', err: '', status: 0 });
  });

  test('the audit log, and whether it is whole', async () => {
    const head = { seq: 2, hash: 'ab' };
    routes['GET /api/v1/audit'] = send(200, { items: [entry], nextCursor: null });
    routes['GET /api/v1/audit/check'] = send(200, { entries: 2, head, broken: null });
    expect((await bpfleet('audit', 'list')).out).toContain('createSession  refused  -        {"reason":"no"}');
    expect(await bpfleet('audit', 'check')).toMatchObject({ out: expect.stringContaining('2:ab'), status: 0 });
    routes['GET /api/v1/audit/check?noted=2%3Aab'] = send(200, {
      entries: 1,
      head,
      broken: { seq: 2, reason: 'the entry is missing' },
    });
    expect(await bpfleet('audit', 'check', '--noted', '2:ab')).toMatchObject({
      status: 3,
      err: expect.stringContaining('broken at entry 2: the entry is missing'),
    });
  });
});
