import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openFileDisk } from './file-disk.ts';
import { Spool } from './spool.ts';
import { killTestBytes, killTestFrame } from './spool-writer.test-kit.ts';

const main = fileURLToPath(new URL('spool-writer-main.test-kit.ts', import.meta.url));
const flags = ['--conditions=bpfleet-source', '--experimental-transform-types', '--no-warnings'];

/** Writes to the spool of `folder` and is killed after so long; gives the last frame that it has said is captured. */
async function killedWriter(folder: string, epoch: number, afterMs: number): Promise<bigint> {
  const child = spawn(process.execPath, [...flags, main, folder, String(epoch)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (data: Buffer) => {
    said += data.toString();
  });
  await once(child.stdout, 'data');
  await sleep(afterMs);
  // 'close' comes after all that it has written.
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
  const lines = said.split('\n').slice(0, -1);
  return BigInt(lines.at(-1)?.replace('ready', '0') ?? 0);
}

test('kill -9 in the middle of writing: every frame that was said to be captured is there, byte for byte', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bpfleet-spool-'));
  const captured = new Map<number, bigint>();
  let epoch = 0;
  const kill = async (afterMs: number) => {
    epoch += 1;
    captured.set(epoch, await killedWriter(folder, epoch, afterMs));
    const { spool } = await Spool.open(await openFileDisk(folder), { maxBytes: killTestBytes });
    for (const [each, last] of captured) {
      const run = spool.run({ session: 's', epoch: BigInt(each) });
      const held = run?.frames.map(({ seq }) => seq) ?? [];
      expect(run?.last).toBeGreaterThanOrEqual(last);
      expect(run?.evicted).toBe(0n);
      expect(held).toEqual(Array.from({ length: Number(run?.last) }, (_, index) => BigInt(index + 1)));
      // Of earlier ones the contents were looked at before.
      if (each !== epoch || !run) continue;
      for (const seq of held) {
        const bytes = (await spool.readFrame(run, seq)) ?? new Uint8Array();
        expect([seq, Buffer.compare(bytes, killTestFrame(BigInt(each), seq).bytes)]).toEqual([seq, 0]);
      }
    }
    await spool.shut();
  };
  try {
    await fc.assert(fc.asyncProperty(fc.nat({ max: 60 }), kill), { numRuns: 12, endOnFailure: true });
    expect([...captured.values()].some((last) => last > 0n)).toBe(true);
  } finally {
    await rm(folder, { recursive: true });
  }
});
