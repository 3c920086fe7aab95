// What the one file runs: the node's commands, a local trace, or a side process that its own agent starts (docs/adr/0007).
import { localMain, nodeProgram, runProgram } from '@bpfleet/cli';
import manifest from '@bpfleet/cli/package.json' with { type: 'json' };
import { sideWork } from '@bpfleet/tracer/side-process';

const [, , first, second = ''] = process.argv;
// No top-level await: the one file is CommonJS.
function start(): Promise<unknown> {
  const beside = sideWork(first);
  if (beside !== null) return beside(second);
  if (first !== 'local') return runProgram(nodeProgram(manifest.version));
  return localMain(process.argv.slice(3), manifest.version).then((status) => process.exit(status));
}

void start();
