import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetppidWorkload } from '@bpfleet/testkit';
import { afterEach, beforeEach } from 'vitest';
import { AgentProcesses } from './agent-process.test-kit.ts';
import { FakeFleet, newAuthority } from './fake-fleet.test-kit.ts';

const spoolBytes = 64 << 20;

/** What an agent that runs as a process has around it: all of it is made anew for each test. */
export interface Surroundings {
  /** A folder of the test's own. */
  readonly dir: string;
  /** The controller, played by the test. */
  readonly fleet: FakeFleet;
  /** Makes system calls, and counts them. */
  readonly workload: GetppidWorkload;
  readonly agents: AgentProcesses;
  /** A configuration of an agent that enrols with that controller. */
  agentConfig(): { stateDir: string; controller: string; joinToken: string; spoolBytes: number };
}

/** For every test of a file; to be read within them. */
export function surroundings(): Surroundings {
  const agents = new AgentProcesses();
  let dir: string;
  let fleet: FakeFleet;
  let workload: GetppidWorkload;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'bpfleet-agent-'));
    fleet = new FakeFleet(await newAuthority());
    await fleet.start();
    workload = await GetppidWorkload.start();
  });
  afterEach(async () => {
    await workload.close();
    await agents.close();
    fleet.stop();
    await rm(dir, { recursive: true });
  });
  return {
    agents,
    get dir() {
      return dir;
    },
    get fleet() {
      return fleet;
    },
    get workload() {
      return workload;
    },
    agentConfig() {
      const joinToken = `bpfj_t1_${'cd'.repeat(32)}_${fleet.authority.pin}`;
      fleet.tokens.add(joinToken);
      return { stateDir: join(dir, 'state'), controller: `127.0.0.1:${fleet.port}`, joinToken, spoolBytes };
    },
  };
}
