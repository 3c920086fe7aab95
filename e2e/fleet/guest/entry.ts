// What a guest's one file runs: the agent's one file, which besides runs programs that are to be held against what they must do.
import { conform } from '../conform/conform.ts';

const [first, ...words] = process.argv.slice(2);
// No top-level await: the one file is CommonJS.
void (first === 'conform' ? conform(words) : import('@bpfleet/agent-bundle/entry'));
