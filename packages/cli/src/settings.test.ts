import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { agentSettings } from './commands/agent.ts';
import { planUp } from './up/up-plan.ts';
import { readUserConfig, resolveController, userConfigFile, writeUserConfig } from './user-config.ts';

const home = mkdtempSync(join(tmpdir(), 'bpfleet-cli-'));
afterAll(() => rmSync(home, { recursive: true }));

const wrong = (message: string) => expect.objectContaining({ status: 4, message: expect.stringContaining(message) });

describe('which controller', () => {
  const env = { XDG_CONFIG_HOME: home };
  const file = userConfigFile(env);

  test('without anything: this machine', () => {
    expect(readUserConfig(file)).toBe(null);
    expect(resolveController(env)).toEqual({ url: 'http://127.0.0.1:7070' });
    expect(resolveController({ ...env, BPFLEET_TOKEN: 't' })).toEqual({ url: 'http://127.0.0.1:7070', token: 't' });
  });

  test('the file, which only its owner may read', () => {
    writeUserConfig(file, { url: 'http://c:1', token: 'secret' });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(resolveController(env)).toEqual({ url: 'http://c:1', token: 'secret' });
  });

  test('the environment comes first, and its URL never gets the token of another', () => {
    expect(resolveController({ ...env, BPFLEET_URL: 'http://d:2' })).toEqual({ url: 'http://d:2' });
    expect(resolveController({ ...env, BPFLEET_TOKEN: 'mine' })).toEqual({ url: 'http://c:1', token: 'mine' });
    expect(resolveController({ ...env, BPFLEET_URL: 'http://d:2', BPFLEET_TOKEN: 'mine' })).toEqual({
      url: 'http://d:2',
      token: 'mine',
    });
  });

  test.each(['{', '{"token":"x"}', '{"url":5}', 'null'])('a file that says %s', (text) => {
    mkdirSync(join(home, 'bpfleet'), { recursive: true });
    writeFileSync(file, text);
    expect(() => resolveController(env)).toThrow(wrong('cannot be used'));
  });
});

describe('planUp', () => {
  test('one agent has the name of the host', () => {
    const plan = planUp({ agents: '1', port: '8000', data: '/d' }, true, 'host');
    expect(plan).toMatchObject({
      url: 'http://127.0.0.1:8000',
      agentAddress: '127.0.0.1:8002',
      adminTokenFile: '/d/controller/admin-token',
      agents: [{ name: 'host', stateDir: '/d/agents/host' }],
      controllerSettings: { rest: { port: 8000 }, grpc: { port: 8001 }, agents: { port: 8002 } },
    });
  });

  test('several are numbered; none is possible', () => {
    const names = (agents: string) => planUp({ agents, port: '1' }, true, 'a b').agents.map(({ name }) => name);
    expect(names('2')).toEqual(['a-b-1', 'a-b-2']);
    expect(names('0')).toEqual([]);
  });

  test.each([
    [{ agents: '17', port: '7070' }, '--agents 17'],
    [{ agents: '-1', port: '7070' }, '--agents -1'],
    [{ agents: '1', port: '65534' }, '--port 65534'],
    [{ agents: '1', port: 'http' }, '--port http'],
  ])('%j', (options, message) => {
    expect(() => planUp(options, true)).toThrow(wrong(message));
  });
});

describe('agentSettings', () => {
  test('options come before the file, labels add to its', () => {
    const options = { config: 'f', label: ['role=web', 'zone=a=b'], name: 'n' };
    expect(agentSettings(options, { labels: { role: 'db', os: 'x' }, stateDir: '/s' })).toEqual({
      name: 'n',
      labels: { role: 'web', os: 'x', zone: 'a=b' },
    });
  });

  test('without a file everything comes from options', () => {
    expect(agentSettings({ join: 't', controller: 'c:1', label: [], socket: '/x' })).toEqual({
      stateDir: '/var/lib/bpfleet/agent',
      controller: 'c:1',
      joinToken: 't',
      socket: '/x',
    });
  });

  test.each([
    [{ join: 't', label: [] }, '--join needs --controller'],
    [{ label: ['role'] }, '--label role'],
    [{ label: ['=x'] }, '--label =x'],
  ])('%j', (options, message) => {
    expect(() => agentSettings(options)).toThrow(wrong(message));
  });
});
