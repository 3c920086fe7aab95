import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AgentService, grpcClient } from '@bpfleet/contracts';
import { createLogger } from '@bpfleet/runtime';
import * as grpc from '@grpc/grpc-js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeTracing, fakeFacts } from '../fake-tracing.test-kit.ts';
import { type RunningAgent, startAgent } from '../start-agent.ts';

const run = promisify(execFile);
const log = createLogger({ name: 'agent', level: 'silent' });
/** Numbers that no user and no group of a system has. */
const [user, group] = [54_321, 54_322];
let dir: string;
let agent: RunningAgent | null = null;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'bpfleet-peers-'));
  await chmod(dir, 0o755);
});
afterEach(async () => {
  await agent?.close();
  agent = null;
  await rm(dir, { recursive: true });
});

const start = async (socketGroup?: string) => {
  const more = { controller: null, labels: {}, spoolBytes: 1 << 20, logLevel: 'silent' as const };
  const place = { stateDir: join(dir, 'state'), socket: join(dir, 'agent.sock') };
  agent = await startAgent(
    { ...more, ...place, ...(socketGroup === undefined ? {} : { socketGroup }) },
    { tracing: async () => new FakeTracing(), facts: fakeFacts, log },
  );
  return agent;
};

/** What another user, of these groups, is answered; "refused" where the connection is. */
async function asUser(groups: readonly number[], call: string): Promise<string> {
  const code = `
    import { AgentService, grpcClient } from ${JSON.stringify(import.meta.resolve('@bpfleet/contracts'))};
    import { credentials } from ${JSON.stringify(import.meta.resolve('@grpc/grpc-js'))};
    const client = grpcClient(AgentService, 'unix:${join(dir, 'agent.sock')}', credentials.createInsecure());
    try { console.log(JSON.stringify(await (${call})(client), (_, value) => typeof value === 'bigint' ? String(value) : value)); }
    catch (error) { console.log(error.code === 'UNAVAILABLE' ? 'refused' : error.code); }
    client.close();
  `;
  const flags = [
    '--conditions=bpfleet-source',
    '--experimental-transform-types',
    '--no-warnings',
    '--input-type=module',
  ];
  const who = [
    `--reuid=${user}`,
    `--regid=${user}`,
    groups.length > 0 ? `--groups=${groups.join(',')}` : '--clear-groups',
  ];
  const { stdout } = await run('setpriv', [...who, process.execPath, ...flags, '-e', code]);
  return stdout.trim();
}

const info = '(client) => client.getInfo({}, { deadlineMs: 15_000 }).then(({ node }) => node.arch)';
const load = `(client) => client.load({ program: { source: { case: 'script', value: 'BEGIN {}' } } }).then(({ collectionId }) => collectionId)`;

test('who is not of the group is refused, by the mode of the file and where that is wider by the kernel’s word', async () => {
  await start();
  expect(await asUser([], info)).toBe('refused');
  await chmod(join(dir, 'agent.sock'), 0o666);
  expect(await asUser([], info)).toBe('refused');
});

test('the group may call; whoever loads a program owns it', async () => {
  const { socketPath } = await start(String(group));
  expect(await stat(socketPath)).toMatchObject({ gid: group });
  expect(await asUser([], info)).toBe('refused');
  expect(await asUser([group], info)).toBe('"x86-64"');
  const mine = JSON.parse(await asUser([group], load)) as string;
  const client = grpcClient(AgentService, `unix:${socketPath}`, grpc.credentials.createInsecure());
  const program = { source: { case: 'script' as const, value: 'BEGIN {}' } };
  const { collectionId: roots } = await client.load({ program });
  const { collections } = await client.list({});
  expect(collections.map(({ id, owner }) => [id, owner])).toEqual([
    [mine, `uid ${user}`],
    [roots, 'uid 0'],
  ]);
  expect(await asUser([group], `(client) => client.unload({ collectionId: '${roots}' })`)).toBe('PERMISSION_DENIED');
  await client.unload({ collectionId: mine });
  client.close();
});

test('a group that is not there, and one that cannot be given, are told', async () => {
  await expect(start('no-such-group')).rejects.toMatchObject({
    code: 'invalid_config',
    message: expect.stringMatching(/there is no group "no-such-group" here/),
  });
});
