import { describe, expect, test } from 'vitest';
import { playController, send } from './played-controller.test-kit.ts';
import { bpfleet } from './run-command.test-kit.ts';

const controller = playController();

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
    controller.routes['GET /api/v1/tokens'] = send(200, { items: [token], nextCursor: null });
    controller.routes['DELETE /api/v1/tokens/t1'] = (_, response) => void response.writeHead(204).end();
    controller.routes['POST /api/v1/nodes/web-1/revoke'] = (_, response) => void response.writeHead(204).end();
    expect((await bpfleet('token', 'list')).out).toMatch(
      /^t1 +api +ci +valid +0s ago +- +n +nodes env=test; 1 program; for 1m; overhead 1 %$/m,
    );
    expect(await bpfleet('token', 'revoke', 't1')).toEqual({ out: '', err: '', status: 0 });
    expect(await bpfleet('nodes', 'revoke', 'web-1')).toEqual({ out: '', err: '', status: 0 });
  });

  test('the audit log, and whether it is whole', async () => {
    const head = { seq: 2, hash: 'ab' };
    controller.routes['GET /api/v1/audit'] = send(200, { items: [entry], nextCursor: null });
    controller.routes['GET /api/v1/audit/check'] = send(200, { entries: 2, head, broken: null });
    expect((await bpfleet('audit', 'list')).out).toContain('createSession  refused  -        {"reason":"no"}');
    expect(await bpfleet('audit', 'check')).toMatchObject({ out: expect.stringContaining('2:ab'), status: 0 });
    controller.routes['GET /api/v1/audit/check?noted=2%3Aab'] = send(200, {
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
