import type { ResultDocument, ResultMap } from '@bpfleet/aggregate';
import { type Lab, until } from '@bpfleet/testkit';

/** Counts getppid(2) of one process: the workload knows the truth. */
export const countCalls = (pid: number): string => `
  tracepoint:syscalls:sys_enter_getppid /pid == ${pid}/ { @calls = count(); @by[comm] = count(); @sum = sum(2); }
  tracepoint:syscalls:sys_exit_getppid /pid == ${pid}/ { @ret = hist(args.ret); }`;

/** Starts a session over all nodes by the command line, and waits until every node has attached. */
export async function startSession(lab: Lab, script: string, seconds: number): Promise<string> {
  const { code, stdout, stderr } = await lab.cli(
    'run',
    script,
    '--for',
    `${seconds}s`,
    '--every',
    '1s',
    '--detach',
    '-o',
    'json',
  );
  if (code !== 0) throw new Error(`bpfleet run: exit ${code}: ${stderr}`);
  const { session } = JSON.parse(stdout) as ResultDocument;
  await until(
    'every node to be running',
    async () => (await document(lab, session.id)).answer.nodes.every((node) => node.state === 'running'),
    15_000,
  );
  return session.id;
}

export function document(lab: Lab, id: string, by?: string): Promise<ResultDocument> {
  return lab.get(`/sessions/${id}/results${by ? `?by=${by}` : ''}`);
}

/** The document once the session has ended. */
export async function ended(lab: Lab, id: string, patienceMs = 60_000): Promise<ResultDocument> {
  await until(
    'the session to end',
    async () => !['pending', 'running'].includes((await document(lab, id)).session.state),
    patienceMs,
  );
  return document(lab, id);
}

export function map(result: ResultDocument, name: string): ResultMap {
  const found = result.maps.find((candidate) => candidate.name === name);
  if (!found)
    throw new Error(`the document has no map ${name}, only ${result.maps.map((each) => each.name).join(' ')}`);
  return found;
}
