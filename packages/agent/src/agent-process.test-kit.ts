import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { AgentService, type GrpcClient, grpcClient } from '@bpfleet/contracts';
import * as grpc from '@grpc/grpc-js';

export interface AgentProcess {
  readonly child: ChildProcess;
  readonly client: GrpcClient<typeof AgentService>;
  /** What it has logged so far. */
  readonly log: () => string;
}

/** Kills a process; resolves once it is gone. */
export async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** Agents as processes of their own, run from their source. */
export class AgentProcesses {
  readonly #children: ChildProcess[] = [];
  readonly #clients: AgentProcess['client'][] = [];

  /** Resolves once it serves its socket. `wrap`: a command, with arguments, that runs it. */
  async start(config: object, wrap: readonly string[] = []): Promise<AgentProcess> {
    const settings = { name: 'n1', spoolBytes: 1 << 20, logLevel: 'warn', ...config };
    const script = `
      import { parseAgentConfig, startAgent } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
      const agent = await startAgent(parseAgentConfig(${JSON.stringify(settings)}));
      console.log(agent.socketPath);
    `;
    const flags = [
      '--conditions=bpfleet-source',
      '--experimental-transform-types',
      '--no-warnings',
      '--input-type=module',
    ];
    const line = [...wrap, process.execPath, ...flags, '-e', script];
    const child = spawn(line[0] as string, line.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
    let logged = '';
    child.stderr.on('data', (data: Buffer) => {
      logged += data.toString();
    });
    this.#children.push(child);
    const socket = await new Promise<string>((resolve, reject) => {
      child.stdout.once('data', (data: Buffer) => resolve(data.toString().trim()));
      child.once('exit', (code) => reject(new Error(`the agent ended with status ${code}: ${logged}`)));
    });
    const client = grpcClient(AgentService, `unix:${socket}`, grpc.credentials.createInsecure());
    this.#clients.push(client);
    return { child, client, log: () => logged };
  }

  /** Kills all of them. */
  async close(): Promise<void> {
    for (const client of this.#clients.splice(0)) client.close();
    for (const child of this.#children.splice(0)) await killed(child);
  }
}
