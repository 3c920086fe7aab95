import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { composeObject } from '@bpfleet/bpf';
import { TraceError } from '../trace-error.ts';
import { ObjectTrace } from './object-trace.ts';
import { readTypes } from './object-types.ts';
import { prepareObject } from './prepare-object.ts';

/** Opens and loads the object of the folder, here and now, once for each edit, and says what came of it, a line each. */
const folder = process.argv[2] ?? '';
const object = readFileSync(join(folder, 'x.bpf.o'));
const cases: [edits: [number, number][], length: number][] = JSON.parse(
  readFileSync(join(folder, 'cases.json'), 'utf8'),
);
for (const [edits, length] of cases) {
  const bytes = Buffer.from(object);
  for (const [at, byte] of edits) bytes[at] = byte;
  process.stdout.write(`${JSON.stringify([edits, length])} `);
  const program = { kind: 'object', object: bytes.subarray(0, length) } as const;
  try {
    // Nothing of it may throw anything else.
    composeObject(program.object, {}, { targ_pid: '9' });
    readTypes(program).structures();
    const trace = new ObjectTrace(prepareObject(program));
    trace.readMaps();
    for (const name of ['all', 'calls', '.bss', '.rodata']) trace.readWholeMap(name);
    trace.close();
    process.stdout.write('loads\n');
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    process.stdout.write(`${error.message.replaceAll('\n', ' ')}\n`);
  }
}
