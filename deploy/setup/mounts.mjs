import { existsSync } from 'node:fs';
import { run, step } from './step.mjs';

const tracefs = '/sys/kernel/tracing';

/** Tracepoint formats and ids are read from tracefs. bpffs is not needed: nothing of ours is ever pinned. */
export function mountTracefs() {
  if (existsSync(`${tracefs}/events`)) return;
  step(`mounting tracefs at ${tracefs}`, () =>
    run('mount', ['-t', 'tracefs', 'tracefs', tracefs], {
      advice: 'The kernel needs CONFIG_TRACING, and this process the right to mount.',
    }),
  );
}
