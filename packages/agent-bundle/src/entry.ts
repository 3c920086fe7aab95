// What the one file runs.
import { localMain, nodeProgram, runProgram } from '@bpfleet/cli';
import manifest from '@bpfleet/cli/package.json' with { type: 'json' };

// No top-level await: the one file is CommonJS.
const [command, ...words] = process.argv.slice(2);
if (command === 'local') void localMain(words, manifest.version).then((status) => process.exit(status));
else void runProgram(nodeProgram(manifest.version));
