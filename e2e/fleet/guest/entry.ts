// What a guest's one file runs: the agent's one file, which besides runs programs that are to be held against what they must do.
import { conform } from '../conform/conform.ts';

const [, , first, word, what] = process.argv;
// No top-level await: the one file is CommonJS.
void (first === 'conform' ? conform(word, what) : import('@bpfleet/agent-bundle/entry'));
