import type { Answer } from './answer.ts';
import type { OracleCase } from './case-file.ts';

/** What bpftrace says of the machine and not of the script: we have no such file to read and no such limit to raise. */
const aboutTheMachine = [
  /^WARNING: Could not read functions from \/sys\/kernel\/(debug\/)?tracing\/available_filter_functions\. .*\n/gm,
  /^WARNING: Unknown error -1: couldn't set RLIMIT_MEMLOCK for bpftrace\. .*\n/gm,
  /^WARNING: The kernel contains bpf_iter__\w+ struct but does not support loading .*\n/gm,
];

/** An answer with what varies from run to run masked: what is to be the same for both tools. */
export function normalise(answer: Answer, { masks, sort }: OracleCase): Pick<Answer, 'stdout' | 'stderr'> {
  const mask = (text: string) => masks.reduce((masked, { pattern, word }) => masked.replace(pattern, word), text);
  const lines = (text: string) => (sort ? `${text.trimEnd().split('\n').sort().join('\n')}\n` : text);
  // As it was called, in what the options' parser says.
  const named = answer.stderr.replace(/^\S*\bbpftrace(?=: )/gm, 'bpftrace');
  const stderr = aboutTheMachine.reduce((text, pattern) => text.replace(pattern, ''), named);
  return { stdout: lines(mask(answer.stdout)), stderr: lines(mask(stderr)) };
}
