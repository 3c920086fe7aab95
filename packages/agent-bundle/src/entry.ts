// What the one file runs.
import { nodeProgram, runProgram } from '@bpfleet/cli';
import manifest from '@bpfleet/cli/package.json' with { type: 'json' };

// No top-level await: the one file is CommonJS.
void runProgram(nodeProgram(manifest.version));
