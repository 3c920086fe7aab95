import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RestClient } from '@bpfleet/client';
import { CliError, ExitStatus } from '../cli-error.ts';
import { onInterrupts } from '../run/interrupts.ts';
import type { Terminal } from '../terminal.ts';
import { BpfleetProcess } from '../up/child-process.ts';
import { planUp, type UpOptions, type UpPlan } from '../up/up-plan.ts';
import { readUserConfig, UP, userConfigFile, writeUserConfig } from '../user-config.ts';

/** As the launcher ./bpfleet has them. */
const controllerFlags = ['--max-semi-space-size=16'];
const START_PATIENCE_MS = 90_000;
const RESTART_WAIT_MS = 2_000;

/** `bpfleet up`: a whole fleet of one machine, until Ctrl-C. Returns the exit status; throws CliError. */
export async function up(options: UpOptions, terminal: Terminal): Promise<number> {
  const isRoot = process.geteuid?.() === 0;
  const plan = planUp(options, isRoot);
  if (plan.agents.length > 0 && !isRoot) {
    throw new CliError(ExitStatus.failed, 'An agent loads programs into the kernel, which needs root.', {
      hint: 'Run it with sudo, or start the controller alone with --agents 0.',
    });
  }
  const started: BpfleetProcess[] = [];
  const stop = new AbortController();
  const release = onInterrupts(
    () => stop.abort(),
    () => process.exit(ExitStatus.interrupted),
  );
  const say = (text: string) => terminal.err.write(`${text}\n`);
  let isUp = false;
  try {
    const fleet = await startAll(plan, say, stop.signal, started);
    isUp = true;
    await Promise.race([
      new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve(), { once: true })),
      fleet.controller.ended,
      ...fleet.agents.map((agent) => keepRunning(agent, started, say, stop.signal)),
    ]);
    if (!stop.signal.aborted) {
      throw new CliError(ExitStatus.failed, `The controller ended: ${fleet.controller.reason}`, {
        hint: logHint(plan),
      });
    }
    return ExitStatus.done;
  } catch (error) {
    if (stop.signal.aborted) {
      return isUp ? ExitStatus.done : ExitStatus.interrupted;
    }
    throw error;
  } finally {
    say('Stopping.');
    // Agents first: they deliver what they hold to a controller that is still there.
    stop.abort();
    const [controller, ...agents] = started;
    await Promise.all(agents.map((child) => child.stop()));
    await controller?.stop();
    release();
  }
}

interface Fleet {
  readonly controller: BpfleetProcess;
  readonly agents: readonly BpfleetProcess[];
}

/** Starts one after another; each goes into `started` as soon as it has to be stopped again. */
async function startAll(
  plan: UpPlan,
  say: (text: string) => unknown,
  signal: AbortSignal,
  started: BpfleetProcess[],
): Promise<Fleet> {
  // Else what is there already would be taken for ours.
  if (await isTaken(plan.port)) {
    throw new CliError(ExitStatus.failed, `Port ${plan.port} is in use.`, { hint: 'Choose another with --port.' });
  }
  // Passable for PostgreSQL's own user; what is secret inside has its own mode.
  mkdirSync(join(plan.dataDir, 'logs'), { recursive: true, mode: 0o755 });
  say('Starting PostgreSQL and the controller.');
  const config = join(plan.dataDir, 'controller.yaml');
  writeFileSync(config, `${JSON.stringify(plan.controllerSettings, null, 2)}\n`, { mode: 0o600 });
  const controller = new BpfleetProcess(
    'controller',
    ['controller', '--config', config],
    logFile(plan, 'controller'),
    controllerFlags,
  );
  started.push(controller);
  await until(() => isReady(plan.url), controller, plan, signal);
  const token = readFileSync(plan.adminTokenFile, 'utf8').trim();
  const client = new RestClient({ url: plan.url, token });
  for (const { name, stateDir } of plan.agents) {
    say(`Starting the agent ${name}.`);
    const join_ = existsSync(join(stateDir, 'certificate.pem'))
      ? []
      : ['--join', (await client.createToken({ kind: 'join', ttl: '5m', name })).token];
    const args = ['agent', '--controller', plan.agentAddress, '--state-dir', stateDir, '--name', name, ...join_];
    const agent = new BpfleetProcess(`agent ${name}`, args, logFile(plan, name));
    started.push(agent);
    await until(() => isOnline(client, name), agent, plan, signal);
  }
  say(instructions(plan, configure(plan, token)));
  const [first, ...agents] = started;
  return { controller: first as BpfleetProcess, agents };
}

/** Starts an agent again whenever it ends, under the identity it has by now, until `signal` aborts. */
async function keepRunning(
  agent: BpfleetProcess,
  started: BpfleetProcess[],
  say: (text: string) => unknown,
  signal: AbortSignal,
): Promise<never> {
  for (let current = agent; ; ) {
    await current.ended;
    signal.throwIfAborted();
    say(`The ${current.name} ended (${current.reason}); starting it again.`);
    await sleep(RESTART_WAIT_MS, undefined, { signal });
    current = current.again();
    started.push(current);
  }
}

function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const answer = (taken: boolean) => {
      socket.destroy();
      resolve(taken);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/api/v1/readyz`, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}

async function isOnline(client: RestClient, name: string): Promise<boolean> {
  for await (const node of client.nodes(`name=${name}`)) {
    return node.state === 'online';
  }
  return false;
}

async function until(
  ready: () => Promise<boolean>,
  child: BpfleetProcess,
  plan: UpPlan,
  signal: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + START_PATIENCE_MS;
  // Whether it has ended is asked last: another process may answer at its port.
  while (!((await ready()) && !child.over)) {
    signal.throwIfAborted();
    if (child.over) {
      throw new CliError(ExitStatus.failed, `The ${child.name} did not start: ${child.reason}`, {
        hint: logHint(plan),
      });
    }
    if (performance.now() > deadline) {
      throw new CliError(ExitStatus.failed, `The ${child.name} was not ready in time.`, { hint: logHint(plan) });
    }
    await sleep(100, undefined, { signal });
  }
}

/** Writes the user's configuration unless another one is there. Returns what to say about it. */
function configure(plan: UpPlan, token: string): string {
  const file = userConfigFile();
  const present = readUserConfig(file);
  if (present !== null && present.madeBy !== UP) {
    return `${file} names another controller and stays as it is. For this one:
  export BPFLEET_URL=${plan.url} BPFLEET_TOKEN=$(cat ${plan.adminTokenFile})`;
  }
  writeUserConfig(file, { url: plan.url, token, madeBy: UP });
  return `Commands of this user find it by ${file}.`;
}

function instructions(plan: UpPlan, configured: string): string {
  return `
bpfleet is up at ${plan.url}. ${configured}
In another terminal:
  bpfleet nodes
  bpfleet run 'tracepoint:syscalls:sys_enter_openat { @[comm] = count(); }' --for 5s
Ctrl-C ends all of it; the results stay in ${plan.dataDir}.`;
}

function logFile(plan: UpPlan, name: string): string {
  return join(plan.dataDir, 'logs', `${name}.log`);
}

function logHint(plan: UpPlan): string {
  return `Its log is in ${join(plan.dataDir, 'logs')}.`;
}
