import { homedir, hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { wrongRequest } from '../cli-error.ts';

export interface UpOptions {
  readonly agents: string;
  readonly port: string;
  readonly data?: string;
}

/** What `bpfleet up` starts, where. */
export interface UpPlan {
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  readonly agentAddress: string;
  readonly controllerSettings: Readonly<Record<string, unknown>>;
  readonly adminTokenFile: string;
  readonly agents: readonly { readonly name: string; readonly stateDir: string }[];
}

const MOST_AGENTS = 16;

/** Ports: REST at `port`, gRPC at the next one, agents at the one after. Throws CliError. */
export function planUp(options: UpOptions, isRoot: boolean, host = hostname()): UpPlan {
  const port = wholeNumber('--port', options.port, 1, 65_533);
  const count = wholeNumber('--agents', options.agents, 0, MOST_AGENTS);
  // Not below a home folder for root: PostgreSQL runs as a user of its own, who must get there.
  const home = isRoot
    ? '/var/lib/bpfleet'
    : join(process.env.XDG_DATA_HOME || join(homedir(), '.local/share'), 'bpfleet');
  const dataDir = resolve(options.data ?? join(home, 'up'));
  const name = host.replace(/[^A-Za-z0-9._-]/g, '-').slice(0, 50) || 'node';
  const names = count === 1 ? [name] : Array.from({ length: count }, (_, index) => `${name}-${index + 1}`);
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    dataDir,
    agentAddress: `127.0.0.1:${port + 2}`,
    controllerSettings: {
      dataDir: join(dataDir, 'controller'),
      rest: { host: '127.0.0.1', port },
      grpc: { host: '127.0.0.1', port: port + 1 },
      agents: { host: '0.0.0.0', port: port + 2 },
      logLevel: 'info',
    },
    adminTokenFile: join(dataDir, 'controller', 'admin-token'),
    agents: names.map((each) => ({ name: each, stateDir: join(dataDir, 'agents', each) })),
  };
}

function wholeNumber(option: string, text: string, min: number, max: number): number {
  const number = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= min && number <= max)) {
    throw wrongRequest(`${option} ${text}: give a whole number from ${min} to ${max}.`);
  }
  return number;
}
