import { until } from '../lab/until.ts';
import { FleetProcess } from './fleet-process.ts';
import type { FleetPlan } from './simulated-fleet.ts';

/** A controller, or several of one fleet, that can be called. */
export interface Fleet {
  readonly caPem: string;
  call<T>(method: string, path: string, body?: object): Promise<T>;
}

const tokensAtOnce = 16;
/** Without another agent that connects. Thousands take minutes on a busy machine. */
const connectPatienceMs = 60_000;

/** A simulated fleet of a lab's controller, enrolled and connected. The caller closes it. */
export async function startFleet(
  lab: Fleet & { readonly agentsPort: number },
  plan: Omit<FleetPlan, 'joinTokens' | 'caPem' | 'addresses'>,
): Promise<FleetProcess> {
  const fleet = new FleetProcess();
  try {
    const joinTokens = await makeJoinTokens(lab, plan.nodes);
    const addresses = [`127.0.0.1:${lab.agentsPort}`];
    await fleet.commands.start({ ...plan, addresses, caPem: lab.caPem, joinTokens });
    await allConnected(fleet, plan.nodes);
    return fleet;
  } catch (error) {
    await fleet.close();
    throw error;
  }
}

/** Waits as long as there are more from time to time. */
export async function allConnected(fleet: FleetProcess, nodes: number): Promise<void> {
  let connected = -1;
  while (connected < nodes) {
    const before = connected;
    const more = async () => {
      connected = (await fleet.commands.counts()).connected;
      return connected > before || connected === nodes;
    };
    await until(`more than ${before} of ${nodes} simulated agents to connect`, more, connectPatienceMs);
  }
}

/** So many join tokens; each serves one node. */
export async function makeJoinTokens(fleet: Fleet, count: number): Promise<string[]> {
  const tokens: string[] = [];
  const makeSome = async () => {
    while (tokens.length < count) {
      const at = tokens.push('') - 1;
      tokens[at] = (await fleet.call<{ token: string }>('POST', '/tokens', { kind: 'join', ttl: '1h' })).token;
    }
  };
  await Promise.all(Array.from({ length: tokensAtOnce }, makeSome));
  return tokens;
}
