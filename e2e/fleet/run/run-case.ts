import type { ResultDocument } from '@bpfleet/aggregate';
import { buildObject, writeProgram } from './build-object.ts';
import { eachOf } from './each-of.ts';
import { atOnce, type Fleet } from './fleet.ts';
import type { CaseAnswer, FleetCase, SessionCase } from './fleet-case.ts';
import type { FleetNode } from './fleet-node.ts';
import { LeftOut, type Outcome, outcomeOf } from './outcome.ts';
import { runPrograms } from './run-programs.ts';
import { FleetSession } from './session.ts';

/** Runs a case on all nodes that can run it, and judges each node's part. */
export function runCase(fleet: Fleet, one: FleetCase): Promise<Outcome[]> {
  return 'programs' in one ? runPrograms(fleet, one) : runSession(fleet, one);
}

async function runSession(fleet: Fleet, one: SessionCase): Promise<Outcome[]> {
  await fleet.giveAgents(one.capabilities ?? []);
  const absent = await fleet.leaveOutAbsent();
  const failed = [...absent].map(
    ([node, reason]): Outcome => ({ node: node.name, name: one.name, state: 'fail', reason, seconds: 0 }),
  );
  const lacks = new Map<FleetNode, string | null>();
  await eachOf(fleet.nodes, atOnce, async (node) => {
    lacks.set(node, await lackOf(node, one));
  });
  const able = fleet.nodes.filter((node) => lacks.get(node) === null);
  const skipped = [...lacks].flatMap(([{ name: node }, reason]): Outcome[] =>
    reason === null ? [] : [{ node, name: one.name, state: 'skipped', reason, seconds: 0 }],
  );
  if (able.length === 0) return [...failed, ...skipped];
  const start = performance.now();
  const judge = await measured(fleet, one, able).catch((error: Error) => () => {
    throw error;
  });
  const seconds = (performance.now() - start) / 1000;
  const outcomes = await Promise.all(
    able.map(async (node) => ({ ...(await outcomeOf(node.name, one.name, () => judge(node))), seconds })),
  );
  return [...failed, ...outcomes, ...skipped];
}

/** What a node has not that a case needs; null where it has all. */
async function lackOf(
  node: FleetNode,
  { needs = [], functions = [], files = [], ownNetwork }: SessionCase,
): Promise<string | null> {
  const { features, missing } = node.info;
  if (ownNetwork && node.guest === undefined) return 'its workload would be in another network namespace';
  for (const each of needs) {
    const anyOf = [each].flat();
    if (anyOf.some((feature) => features.includes(feature))) continue;
    return `needs ${anyOf.map((feature) => `${feature}: ${missing[feature]}`).join(', or ')}`;
  }
  for (const name of functions) {
    const found = await node.run(`grep -c ' [tT] ${name}$' /proc/kallsyms || true`);
    if (found.trim() === '0') return `this kernel has no function ${name}`;
  }
  for (const path of files) {
    const found = await node.run(`test -e '${path}' && echo found || true`);
    if (found.trim() === '') return `it has no ${path}`;
  }
  return null;
}

/** Runs the session and the workloads; what it returns throws where a node's part is wrong. */
async function measured(
  fleet: Fleet,
  one: SessionCase,
  able: readonly FleetNode[],
): Promise<(node: FleetNode) => void> {
  const names = able.map(({ name }) => name);
  const program = await programOf(one);
  const session = await FleetSession.start(fleet.lab, program, names);
  const made = new Map<FleetNode, number[] | Error>();
  await eachOf(able, atOnce, async (node) => {
    made.set(node, await countsOf(node, one.workload).catch((error: Error) => error));
  });
  // Of one that does not come back its part of the answer tells.
  await fleet.awaitBack(able);
  await session.end();
  const document = await session.document('node');
  return (node) => {
    const counts = made.get(node) ?? [];
    if (counts instanceof Error) throw counts;
    const answer = answerOf(document, node.name, counts);
    try {
      one.check(answer);
    } catch (error) {
      const message = `${(error as Error).message}\n${accountOf(answer)}`;
      const left = Number(answer.node.lost.kernel);
      if (left > 0 && preemptsPrograms(node))
        throw new LeftOut(`the kernel left out ${left} runs, and told so: ${message}`, { cause: error });
      throw new Error(message, { cause: error });
    }
  };
}

/** What `bpfleet run` is given. */
function programOf(one: SessionCase): string | Promise<string> {
  if ('object' in one) return buildObject(one.name, one.object, one.manifest);
  return 'assembler' in one ? writeProgram(one.name, 'bpf.s', one.assembler) : one.script;
}

async function countsOf(node: FleetNode, workload: string | undefined): Promise<number[]> {
  if (workload === undefined) return [];
  const said = await node.run(workload);
  return [...said.matchAll(/^made (\d+)$/gm)].map(([, count]) => Number(count));
}

/** Whether the kernel may preempt a raw program: since 7.0. */
function preemptsPrograms({ info: { kernel } }: FleetNode): boolean {
  return Number.parseInt(kernel, 10) >= 7;
}

/** What the answer sheet says of a node, for whoever looks for the cause. */
function accountOf({ node: { state, reason, produced, stored, lost } }: CaseAnswer): string {
  const losses = Object.entries(lost).map(([what, count]) => `${what} ${count}`);
  return `the answer sheet: ${state}${reason ? ` (${reason})` : ''}, ${produced} produced, ${stored} stored, lost: ${losses.join(', ')}`;
}

/** @throws Error with the node's reason where it did not measure or lost something */
function answerOf(document: ResultDocument, name: string, made: readonly number[]): CaseAnswer {
  const node = document.answer.nodes.find((each) => each.name === name);
  if (!node) throw new Error('the answer sheet does not have it');
  if (['failed', 'offline', 'skipped'].includes(node.state)) throw new Error(`${node.state}: ${node.reason}`);
  const { kernel, evicted, mapFull, sampledOut } = node.lost;
  const lost = [kernel, evicted, mapFull, sampledOut].reduce<number>((sum, count) => sum + Number(count), 0);
  if (Number(node.produced) !== Number(node.stored) + lost)
    throw new Error(`${node.produced} records produced, ${node.stored} stored, ${lost} lost`);
  return {
    made,
    node,
    map: (wanted) =>
      document.maps.find((map) => map.name === wanted)?.entries.filter(({ group }) => group === name) ?? [],
    printed: document.output.filter((output) => output.node === name).map(({ text }) => text),
  };
}
