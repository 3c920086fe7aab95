import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { check } from '../index.ts';

/** Checks the object of the folder once for each edit, and says what came of it, a line each. */
const folder = process.argv[2] ?? '';
const object = readFileSync(join(folder, 'x.bpf.o'));
const cases: [edits: [number, number][], length: number][] = JSON.parse(
  readFileSync(join(folder, 'cases.json'), 'utf8'),
);
for (const [edits, length] of cases) {
  const bytes = Buffer.from(object);
  for (const [at, byte] of edits) bytes[at] = byte;
  process.stdout.write(`${JSON.stringify([edits, length])} `);
  const { loads, reason } = await check({ kind: 'object', object: bytes.subarray(0, length) });
  process.stdout.write(`${loads ? 'loads' : reason.replaceAll('\n', ' ')}\n`);
}
