import { writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { join } from 'node:path';
import { grpcClient, NodeService, type RpcError } from '@bpfleet/contracts';
import * as grpc from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CertificateAuthority } from '../fleet/certificate-authority.ts';
import { startTestServer, TestController, type TestServer, testFolder } from '../testing/test-controller.ts';

let server: TestServer;
let controller: TestController | undefined;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());
afterEach(async () => {
  await controller?.stop();
  controller = undefined;
});

const start = async (over: Parameters<typeof TestController.start>[1] = {}): Promise<TestController> => {
  controller = await TestController.start(server, over);
  return controller;
};

describe('a token that is used too often', () => {
  it('is told when to come back, over REST and gRPC, and other tokens are not', async () => {
    const { call, running } = await start({ rate: { perSecond: 0.1, burst: 4 } }).then((made) => ({
      call: made.call.bind(made),
      running: made.running,
    }));
    const { body: other } = await call<{ token: string }>('POST', '/tokens', { kind: 'api' });
    for (let times = 0; times < 3; times++) {
      expect((await call('GET', '/nodes')).status).toBe(200);
    }
    const { status, headers, body } = await call('GET', '/nodes');
    expect([status, body]).toMatchObject([429, { code: 'rate_limited' }]);
    const retryAfter = Number(headers.get('retry-after'));
    expect(retryAfter).toBeGreaterThan(0);
    expect(retryAfter).toBeLessThanOrEqual(10);
    const nodes = grpcClient(NodeService, running.grpcAddress, grpc.credentials.createInsecure());
    const list = (token: string) => nodes.listNodes({}, { metadata: { authorization: `Bearer ${token}` } });
    const refused = await list(running.bootstrapAdminToken).catch((error: unknown) => error as RpcError);
    expect(refused).toMatchObject({ code: 'RESOURCE_EXHAUSTED', details: { reason: 'RATE_LIMITED' } });
    expect(await list(other.token)).toMatchObject({ nodes: [] });
    nodes.close();
  });
});

describe('TLS', () => {
  it('serves REST and gRPC where it is configured', async () => {
    const authority = await CertificateAuthority.create();
    const { keyPem, chainPem } = await authority.issueServer();
    const folder = await testFolder();
    const tls = { certificate: join(folder, 'chain.pem'), key: join(folder, 'key.pem') };
    await writeFile(tls.certificate, chainPem);
    await writeFile(tls.key, keyPem);
    const endpoint = { host: '127.0.0.1', port: 0, tls };
    const { running } = await start({ rest: endpoint, grpc: endpoint });
    expect(running.restUrl).toMatch(/^https:/);
    const status = await new Promise((resolve, reject) => {
      const options = { ca: authority.pem, servername: 'controller.bpfleet' };
      get(`${running.restUrl}/healthz`, options, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).once('error', reject);
    });
    expect(status).toBe(200);
    await expect(fetch(running.restUrl.replace('https', 'http'))).rejects.toThrow();
    const credentials = grpc.credentials.createSsl(Buffer.from(authority.pem));
    const nodes = grpcClient(NodeService, running.grpcAddress, credentials, {
      'grpc.ssl_target_name_override': 'controller.bpfleet',
      'grpc.default_authority': 'controller.bpfleet',
    });
    const metadata = { authorization: `Bearer ${running.bootstrapAdminToken}` };
    expect(await nodes.listNodes({}, { metadata })).toMatchObject({ nodes: [] });
    nodes.close();
  });

  it('that cannot be used is told at the start', async () => {
    const tls = { certificate: '/no/such/file', key: '/no/such/file' };
    await expect(start({ rest: { host: '127.0.0.1', port: 0, tls } })).rejects.toMatchObject({
      code: 'invalid_config',
      message: expect.stringContaining('/no/such/file'),
    });
  });
});

describe('a request', () => {
  it('has an id: its own where that is a plain one, else a new one', async () => {
    const { call } = await start().then((made) => ({ call: made.call.bind(made) }));
    const idOf = async (given: string) =>
      (await call('GET', '/nodes', undefined, { 'x-request-id': given })).headers.get('x-request-id');
    expect(await idOf('ci-run:17.2')).toBe('ci-run:17.2');
    expect(await idOf('a b')).toMatch(/^[0-9a-f-]{36}$/);
    expect(await idOf('x'.repeat(65))).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('that is no HTTP, or whose head is too long, gets a problem as well', async () => {
    const { running } = await start();
    const response = await fetch(`${running.restUrl}/api/v1/nodes?selector=${'x'.repeat(20_000)}`);
    expect([response.status, response.headers.get('content-type'), await response.json()]).toMatchObject([
      413,
      'application/problem+json',
      { code: 'payload_too_large' },
    ]);
  });
});

describe('GET /metrics', () => {
  it('counts requests and calls by what they were and how they ended', async () => {
    const made = await start();
    await made.call('GET', '/nodes');
    await made.call('GET', '/sessions/none');
    await fetch(`${made.running.restUrl}/api/v1/nodes`);
    const agent = await made.agent('a');
    const nodes = grpcClient(NodeService, made.running.grpcAddress, grpc.credentials.createInsecure());
    await nodes.listNodes({}, {}).catch(() => undefined);
    nodes.close();
    const text = async () => (await fetch(`${made.running.restUrl}/metrics`)).text();
    await expect.poll(text).toContain('bpfleet_rest_request_seconds_count{operation="listNodes",status="401"} 1');
    const now = await text();
    expect(now).toContain('bpfleet_rest_request_seconds_count{operation="listNodes",status="200"} 1');
    expect(now).toContain('bpfleet_rest_request_seconds_count{operation="getSession",status="404"} 1');
    expect(now).toContain('bpfleet_grpc_call_seconds_count{method="listNodes",code="UNAUTHENTICATED"} 1');
    expect(now).toContain('bpfleet_agents_connected 1');
    expect(now).toContain('bpfleet_frames_total{outcome="stored"} 0');
    agent.close();
  });
});
