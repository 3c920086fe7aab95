// A trial where the agent runs from its packages.
import { runTrial } from './trial.ts';

await runTrial(process.argv[2] ?? '{}');
