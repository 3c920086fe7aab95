// Appends frames to a spool, one after another, and says of each that it is captured, until it is killed.
import { openFileDisk } from './file-disk.ts';
import { Spool } from './spool.ts';
import { killTestBytes, killTestFrame } from './spool-writer.test-kit.ts';

const [folder = '', epoch = '1'] = process.argv.slice(2);
const { spool } = await Spool.open(await openFileDisk(folder), { maxBytes: killTestBytes });
const id = { session: 's', epoch: BigInt(epoch) };
await spool.start(id, { at: 1, durationMs: 1, skeleton: new Uint8Array() });
process.stdout.write('ready\n');
for (let seq = 1n; ; seq += 2n) {
  await spool.append(id, [killTestFrame(id.epoch, seq), killTestFrame(id.epoch, seq + 1n)]);
  process.stdout.write(`${seq + 1n}\n`);
}
