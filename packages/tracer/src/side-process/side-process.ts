import { isSea } from 'node:sea';
import { fileURLToPath } from 'node:url';

/** What may run in a process beside the one that traces: by its name, which is the first argument of that process. */
const works = {
  /** Opens and loads an object that may crash libbpf. Argument: TraceLimits as JSON. */
  'trial-of-an-object': async (limits: string) => (await import('../object/trial.ts')).runTrial(limits),
  /** Asks the kernel what it can do, which takes memory that an agent at rest does not need. */
  'facts-of-this-node': async () => (await import('./tell-facts.ts')).tellFacts(),
} as const satisfies Record<string, (argument: string) => Promise<void>>;

export type SideWork = keyof typeof works;

/** The work that the first argument of this process names; null where it is no side process. */
export function sideWork(name: string | undefined): ((argument: string) => Promise<void>) | null {
  return Object.entries(works).find(([each]) => each === name)?.[1] ?? null;
}

/** The arguments of Node, or of the agent's one file, that do a work in a process of its own. */
export function sideArguments(work: SideWork, argument = ''): string[] {
  if (isSea()) return [work, argument];
  const isSource = import.meta.url.endsWith('.ts');
  const main = fileURLToPath(new URL(`./main.${isSource ? 'ts' : 'js'}`, import.meta.url));
  return [...(isSource ? ['--conditions=bpfleet-source'] : []), main, work, argument];
}
