// What the one file runs: the node's commands, or the trial of an object that its own agent starts (docs/adr/0007).
import { nodeProgram, runProgram } from '@bpfleet/cli';
import manifest from '@bpfleet/cli/package.json' with { type: 'json' };
import { runTrial, TRIAL } from '@bpfleet/tracer/trial';

const [, , first, second = '{}'] = process.argv;
// No top-level await: the one file is CommonJS.
void (first === TRIAL ? runTrial(second) : runProgram(nodeProgram(manifest.version)));
