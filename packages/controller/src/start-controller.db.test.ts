import { readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ControllerConfig, defaultCapacity, defaultRetention } from './config/controller-config.ts';
import { startController } from './start-controller.ts';
import { testFolder } from './testing/test-controller.ts';

const free = { host: '127.0.0.1', port: 0 };
const rate = { perSecond: 100, burst: 500 };
let config: ControllerConfig;
beforeEach(async () => {
  config = {
    dataDir: await testFolder(),
    rest: free,
    grpc: free,
    agents: free,
    rate,
    logLevel: 'silent',
    capacity: defaultCapacity,
    retention: defaultRetention,
    tools: [],
  };
});
afterEach(() => rm(config.dataDir, { recursive: true, force: true }));

const postmaster = () => readFile(join(config.dataDir, 'postgres', 'postmaster.pid'), 'utf8');

describe('startController', () => {
  it('brings its own database, keeps its CA and first token, and stops all of it', async () => {
    const first = await startController(config);
    const { token, pin } = {
      token: first.bootstrapAdminToken,
      pin: await readFile(join(config.dataDir, 'ca', 'ca.crt'), 'utf8'),
    };
    await first.close();
    await expect(postmaster()).rejects.toThrow();
    const second = await startController(config);
    expect(second.bootstrapAdminToken).toBe(token);
    expect(await readFile(join(config.dataDir, 'ca', 'ca.crt'), 'utf8')).toBe(pin);
    for (const file of ['admin-token', 'postgres.password', 'ca/ca.key']) {
      expect([file, (await stat(join(config.dataDir, file))).mode & 0o777]).toEqual([file, 0o600]);
    }
    await second.close();
  });

  it.each([
    ['rest', 'REST'],
    ['grpc', 'gRPC'],
    ['agents', 'agents'],
  ] as const)('says in a sentence that the port for %s is in use, and leaves nothing running', async (which, name) => {
    const other = createServer();
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
    const { port } = other.address() as { port: number };
    await expect(startController({ ...config, [which]: { host: '127.0.0.1', port } })).rejects.toMatchObject({
      code: 'port_in_use',
      message: expect.stringMatching(new RegExp(`^Port ${port} for ${name} is in use`)),
    });
    await expect(postmaster()).rejects.toThrow();
    await new Promise((done) => other.close(done));
  });

  it('says in a sentence that the database does not answer', async () => {
    await expect(startController({ ...config, databaseUrl: 'postgres://u:p@127.0.0.1:1/x' })).rejects.toMatchObject({
      code: 'database_unavailable',
      message: expect.stringContaining('127.0.0.1:1/x'),
    });
  });
});
