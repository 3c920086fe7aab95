import type { SessionResource } from '@bpfleet/client';
import { describe, expect, test, vi } from 'vitest';
import { type Handler, playController, refuse, resource, results, send } from './played-controller.test-kit.ts';
import { bpfleet } from './run-command.test-kit.ts';

const controller = playController();

describe('run', () => {
  const script = 'BEGIN { printf("hello\\n"); @[comm] = count(); }';
  const stream =
    (...events: [string, unknown][]): Handler =>
    (_, response) =>
      void response
        .writeHead(200, { 'content-type': 'text/event-stream' })
        .end(events.map(([name, data]) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`).join(''));
  const ends = (state: SessionResource['session']['state']) => {
    controller.routes['POST /api/v1/sessions'] = send(202, resource('running'));
    controller.routes['GET /api/v1/sessions/s1/stream?results=end'] = stream(
      ['session', resource(state)],
      ['end', results(state)],
    );
  };

  test('shows what was printed, the maps and the answer', async () => {
    ends('complete');
    const { out, status } = await bpfleet('run', script);
    expect(out).toBe('hello\n\n@ (count)\nKEY   VALUE  NODES\nbash      3      1\n\nAnswer: 1 target = 1 complete\n');
    expect(status).toBe(0);
  });

  test('says so where nothing happened that it measures', async () => {
    ends('complete');
    const { session, answer } = results('complete');
    controller.routes['GET /api/v1/sessions/s1/results?by=node'] = send(200, { session, answer, maps: [], output: [] });
    const { out } = await bpfleet('run', script, '--by', 'node');
    expect(out).toBe(
      'Nothing to show: while it ran, nothing happened that it measures.\n\nAnswer: 1 target = 1 complete\n',
    );
  });

  test('--by groups what is shown at the end; an unknown group runs nothing', async () => {
    ends('complete');
    const [map] = results('complete').maps;
    const entries = [{ key: ['bash'], value: 3, nodes: 1, group: 'arm64' }];
    controller.routes['GET /api/v1/sessions/s1/results?by=label%3Aarch'] = send(200, {
      ...results('complete'),
      maps: [{ ...map, entries }],
    });
    const { out, status } = await bpfleet('run', script, '--by', 'label:arch');
    expect(out).toContain('ARCH   KEY   VALUE  NODES\narm64  bash      3      1\n');
    expect(status).toBe(0);
    controller.requests = [];
    expect(await bpfleet('run', script, '--by', 'kernel')).toMatchObject({ status: 4, out: '' });
    expect(controller.requests).toEqual([]);
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
    controller.routes['POST /api/v1/sessions'] = ({ headers, body }, response) => {
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
    expect({ status, out, requests: controller.requests }).toEqual({ status: 4, out: '', requests: [] });
    expect(err).toContain('cuont');
  });

  test('what the controller refuses is told by the name of its option', async () => {
    controller.routes['POST /api/v1/sessions'] = refuse(422, 'invalid_duration', 'Too long.', {
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
    controller.routes['POST /api/v1/sessions'] = refuse(422, 'invalid_program', 'The program is wrong.', {
      diagnostics,
    });
    const { status, err } = await bpfleet('run', script);
    expect(status).toBe(4);
    expect(err).toContain(`stdin:1:9-15: ERROR: no such thing\n${script}\n        ~~~~~~\nHINT: try that`);
  });

  test('--detach prints the id and leaves', async () => {
    controller.routes['POST /api/v1/sessions'] = send(202, resource('running'));
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
