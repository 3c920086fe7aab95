// npm run demo: PostgreSQL, a controller and three agents on this machine, one script over all of them, the answer.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { ResultDocument } from '@bpfleet/aggregate';
import { Child, cliMain, Lab } from '@bpfleet/testkit';
import { compareSums } from './sum-over-nodes.ts';

/** Exit status of `bpfleet run --strict` where a node's answer is not whole. */
const PARTIAL = 2;

const args = process.argv.slice(2);
const json = args.includes('--json');
const unknown = args.filter((arg) => arg !== '--json');
if (unknown.length > 0) {
  console.error(
    `npm run demo: unknown argument ${unknown.join(' ')}. It takes --json (the result document alone) or nothing.`,
  );
  process.exit(4);
}

const agents = ['alpha', 'beta', 'gamma'];
const script = join(import.meta.dirname, 'script.bt');
/** What a person sees goes to stdout, unless that belongs to the result document. */
const say = (text: string) => (json ? process.stderr : process.stdout).write(`${text}\n`);

let lab: Lab | undefined;
let workload: Child | undefined;
let command: ReturnType<typeof spawn> | undefined;
let interrupted = false;
const interrupt = () => {
  interrupted = true;
  // The command cancels its session and tells; then we clean up.
  command?.kill('SIGINT');
};
process.on('SIGINT', interrupt).on('SIGTERM', interrupt);

process.exitCode = await demo();

async function demo(): Promise<number> {
  const start = performance.now();
  try {
    say('Starting PostgreSQL and the controller.');
    lab = await Lab.start();
    say(
      `Starting ${agents.length} agents (${agents.join(', ')}), each in its own network namespace, enrolled over mTLS.`,
    );
    for (const name of agents) if (!interrupted) await lab.startAgent(name, { demo: 'yes' });
    if (!interrupted) await lab.online(agents.length);
    if (interrupted) return 130;
    workload = new Child(process.execPath, [join(import.meta.dirname, 'workload-main.ts')], {
      log: join(lab.dir, 'logs/workload.log'),
    });
    say(`Ready after ${((performance.now() - start) / 1000).toFixed(1)} s.`);
    if (!json) {
      say('The script:\n');
      await bpfleet('cat', [script]);
      say('');
    }
    const run = ['run', script, '--for', '8s', '--every', '1s', '--strict'];
    const status = await bpfleet(process.execPath, [cliMain, ...run, ...(json ? ['-o', 'json'] : [])]);
    if (interrupted || status > PARTIAL) return interrupted ? 130 : status;

    const [session] = (await lab.get<{ items: { session: { id: string } }[] }>('/sessions')).items;
    if (!session) throw new Error('the controller forgot the session');
    const { id } = session.session;
    const merged = await lab.get<ResultDocument>(`/sessions/${id}/results`);
    const byNode = await lab.get<ResultDocument>(`/sessions/${id}/results?by=node`);
    if (json) {
      process.stdout.write(`${JSON.stringify({ ...merged, byNode: byNode.maps }, null, 2)}\n`);
    } else {
      say('\nThe same by node:\n');
      await bpfleet(process.execPath, [cliMain, 'results', id, '--by', 'node', '--top', '5']);
    }
    const { compared, different } = compareSums(merged, byNode);
    if (different.length > 0)
      throw new Error(`the sum over the nodes differs from the merged value: ${different.join(' ')}`);
    say(`
All ${compared} merged numbers are the sums of the nodes' own. The three agents run on this machine's one kernel, so each has seen all
of it: the merged counts are three times what happened. On a fleet every node is its own kernel.
Next: ./bpfleet up, and then ./bpfleet run in another terminal.`);
    return status;
  } catch (error) {
    if (interrupted) return 130;
    console.error(`npm run demo: ${error instanceof Error ? error.message : String(error)}`);
    return 3;
  } finally {
    await workload?.stop();
    await lab?.close();
  }
}

/** Runs a command that shares our terminal. */
function bpfleet(file: string, argv: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    // A session of its own keeps the terminal's Ctrl-C from it: it would get ours as well, and two mean "at once".
    command = spawn(file, argv, {
      stdio: ['ignore', json ? 'ignore' : 'inherit', 'inherit'],
      env: { ...process.env, ...lab?.env },
      detached: true,
    });
    command.on('error', reject);
    command.on('close', (code) => resolve(code ?? 130));
  });
}
