import { describe, expect, test } from 'vitest';
import { playController, send } from './played-controller.test-kit.ts';
import { bpfleet } from './run-command.test-kit.ts';

const controller = playController();

describe('token create', () => {
  const issued = { id: '1', token: 'bpfj_1', expiresAt: null };

  test('a join token alone on stdout', async () => {
    let body: unknown;
    controller.routes['POST /api/v1/tokens'] = (request, response) => {
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
    controller.routes['POST /api/v1/tokens'] = (request, response) => {
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
