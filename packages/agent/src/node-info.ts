import { readFile } from 'node:fs/promises';
import { create, type NodeInfo, NodeInfoSchema } from '@bpfleet/contracts';
import { writeDurably } from './identity/write-durably.ts';
import { effectiveSet } from './privilege/capabilities.ts';
import type { NodeFacts } from './tracing.ts';
import { agentVersion } from './version.ts';

/**
 * What the kernel can do, asked once a boot: the answer is kept in `path`. The answer of a node that cannot trace is not kept:
 * it is about to be set up.
 */
export async function nodeFactsOfBoot(path: string, ask: () => Promise<NodeFacts>): Promise<NodeFacts> {
  const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')).trim();
  const counting = (await readFile('/proc/sys/kernel/bpf_stats_enabled', 'utf8').catch(() => '')).trim();
  // With other rights it can do other things.
  const key = `${boot} ${agentVersion} ${process.geteuid?.()} ${effectiveSet()} ${counting}`;
  const kept = await readFile(path, 'utf8')
    .then(parseKept)
    .catch(() => null);
  if (kept && boot !== '' && kept.key === key) return kept.facts;
  const facts = await ask();
  if (!facts.features.includes('tracepoint')) return facts;
  const content = JSON.stringify({ key, facts: { ...facts, memoryBytes: String(facts.memoryBytes) } });
  await writeDurably(path, `${content}\n`);
  return facts;
}

export function nodeInfo(
  facts: NodeFacts,
  node: { name: string; labels: Readonly<Record<string, string>>; bootEpoch: bigint },
): NodeInfo {
  return create(NodeInfoSchema, {
    name: node.name,
    arch: facts.arch,
    kernel: facts.kernel,
    cpus: facts.cpus,
    memoryBytes: facts.memoryBytes,
    agentVersion,
    labels: { ...node.labels },
    features: [...facts.features],
    bootEpoch: node.bootEpoch,
    missing: { ...facts.missing },
  });
}

function parseKept(text: string): { key: string; facts: NodeFacts } {
  const { key, facts } = JSON.parse(text) as {
    key: string;
    facts: Omit<NodeFacts, 'memoryBytes'> & { memoryBytes: string };
  };
  return { key, facts: { ...facts, memoryBytes: BigInt(facts.memoryBytes) } };
}
