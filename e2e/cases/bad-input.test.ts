import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Child, type CliResult, cliMain, freePorts, heldPrograms, Lab, runCli, until } from '@bpfleet/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let lab: Lab;
let agent: Child;

beforeAll(async () => {
  lab = await Lab.start();
  agent = await lab.startAgent('alpha');
  await lab.online(1);
});
afterAll(() => lab?.close());

describe('a wrong request is one clear message, exit 4, and nothing reaches a node', () => {
  const cases: [string, string[], RegExp][] = [
    ['syntax', ['run', 'BEGIN { @x = ; }'], /1:14.*\n.*BEGIN \{ @x = ; \}\n.*[~^]/],
    ['unknown function', ['run', 'BEGIN { @x = cuont(); }'], /cuont[\s\S]*count/],
    [
      'unknown tracepoint',
      ['run', 'tracepoint:syscalls:sys_enter_opnat { @ = count(); }'],
      /sys_enter_opnat[\s\S]*sys_enter_openat/,
    ],
    ['unknown argument', ['run', 'tracepoint:syscalls:sys_enter_openat { @ = sum(args.flag); }'], /flag[\s\S]*flags/],
    ['unknown selector field', ['run', 'BEGIN { exit(); }', '--nodes', 'archh=arm64'], /archh/],
    ['no matching node', ['run', 'BEGIN { exit(); }', '--nodes', 'name=nobody'], /nobody|match/],
    ['no time', ['run', 'BEGIN { exit(); }', '--for', '0'], /--for/],
    ['not a duration', ['run', 'BEGIN { exit(); }', '--for', 'soon'], /--for/],
    ['unknown session', ['session', '00000000-0000-4000-8000-000000000000'], /no session|not found/i],
  ];
  it.each(cases)('%s', async (_, args, message) => {
    const { code, stderr, stdout } = await lab.cli(...args);
    expect(stderr).toMatch(message);
    expect(stdout).toBe('');
    expect(code).toBe(4);
    expect(heldPrograms(agent.pid)).toEqual(new Set());
  });
});

describe('a process that cannot start says why in one sentence', () => {
  const start = (kind: 'agent' | 'controller', config: object): Promise<CliResult> => {
    const file = join(lab.dir, `bad-${kind}.yaml`);
    writeFileSync(file, JSON.stringify(config));
    return runCli([kind, '--config', file], lab.env);
  };

  it('a controller whose port is in use, and nothing of it runs on', async () => {
    const [rest = 0, grpc = 0] = await freePorts(2);
    await expect(Lab.start([rest, grpc, lab.agentsPort])).rejects.toThrow(
      new RegExp(`^the controller ended: .*Port ${lab.agentsPort} for .* is in use`),
    );
    await expect(fetch(`http://127.0.0.1:${rest}`)).rejects.toThrow();
  });

  it('a token that was used before', async () => {
    const joinToken = await lab.joinToken();
    const controller = `127.0.0.1:${lab.agentsPort}`;
    const first = new Child(
      process.execPath,
      [
        cliMain,
        'agent',
        '--join',
        joinToken,
        '--controller',
        controller,
        '--name',
        'first',
        '--state-dir',
        join(lab.dir, 'first'),
      ],
      { log: join(lab.dir, 'logs/first.log') },
    );
    await until('it to enrol', async () => (await lab.nodes()).some((node) => node.name === 'first'), 15_000);
    await first.stop();
    const { code, stderr } = await start('agent', { stateDir: join(lab.dir, 'second'), controller, joinToken });
    expect(stderr).toMatch(/token.*used|used.*token/i);
    expect(code).toBe(4);
  });

  it('a token of another controller', async () => {
    const joinToken = (await lab.joinToken()).replace(/.{4}$/, '0000');
    const controller = `127.0.0.1:${lab.agentsPort}`;
    const { code, stderr } = await start('agent', { stateDir: join(lab.dir, 'third'), controller, joinToken });
    expect(stderr).toMatch(/token/i);
    expect(code).toBe(4);
  });

  it('no controller at the address', async () => {
    const [nobody = 0] = await freePorts(1);
    const joinToken = await lab.joinToken();
    const controller = `127.0.0.1:${nobody}`;
    const { code, stderr } = await start('agent', { stateDir: join(lab.dir, 'fourth'), controller, joinToken });
    expect(stderr).toContain(controller);
    expect(code).toBe(3);
  });

  it('no database', async () => {
    const [rest = 0, grpc = 0, agents = 0, nobody = 0] = await freePorts(4);
    const { code, stderr } = await start('controller', {
      dataDir: join(lab.dir, 'x2'),
      databaseUrl: `postgres://nobody@127.0.0.1:${nobody}/none`,
      rest: { host: '127.0.0.1', port: rest },
      grpc: { host: '127.0.0.1', port: grpc },
      agents: { host: '127.0.0.1', port: agents },
    });
    expect(code).toBe(3);
    expect(stderr).toMatch(/database/i);
  });

  it('a port in use', async () => {
    const [grpc = 0, agents = 0] = await freePorts(2);
    const { code, stderr } = await start('controller', {
      dataDir: join(lab.dir, 'x3'),
      rest: { host: '127.0.0.1', port: Number(new URL(lab.url).port) },
      grpc: { host: '127.0.0.1', port: grpc },
      agents: { host: '127.0.0.1', port: agents },
    });
    expect(code).toBe(3);
    expect(stderr).toContain(new URL(lab.url).port);
  });
});
