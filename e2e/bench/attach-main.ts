// A process that has traced before, as an agent has: how long each script takes from text to attached. Milliseconds, as JSON.
import { loadTrace } from '@bpfleet/tracer';
import { agentScripts } from './agent-scripts.ts';

const rounds = Number(process.argv[2]);
const found = Object.fromEntries(Object.keys(agentScripts).map((name) => [name, [] as number[]]));
for (let round = 0; round <= rounds; round++) {
  for (const [name, source] of Object.entries(agentScripts)) {
    const start = performance.now();
    const trace = await loadTrace({ kind: 'script', source });
    trace.attach();
    const attached = performance.now();
    trace.close();
    // The first round reads the kernel's BTF and is the agent's start.
    if (round > 0) found[name]?.push(attached - start);
  }
}
console.log(JSON.stringify(found));
