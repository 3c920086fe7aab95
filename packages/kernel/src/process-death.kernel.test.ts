import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { isProgramLoaded } from './index.ts';

const script = `
  import { attach, Collection } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
  const body = [
    { opcode: 0xb7, dst: 0, src: 0, offset: 0, imm: 0n },
    { opcode: 0x95, dst: 0, src: 0, offset: 0, imm: 0n },
  ];
  const program = (name, type, point) => ({ name, type, attach: point, instructions: body, license: 'GPL', sourceLines: [] });
  const collection = Collection.load({
    maps: [{ name: 'm', type: 1, keySize: 4, valueSize: 4, maxEntries: 1, flags: 0 }],
    programs: [
      program('raw', 17, { kind: 'raw_tracepoint', event: 'sched_process_exec' }),
      program('tp', 5, { kind: 'tracepoint', category: 'sched', event: 'sched_process_exec' }),
      program('profile', 7, { kind: 'profile', frequency: 49 }),
    ],
  });
  globalThis.links = collection.programs.map((program) => attach(program.fd, program.spec.attach));
  console.log(JSON.stringify(collection.programs.map(({ id }) => id)));
  setInterval(() => undefined, 1000);
`;

test('however the process dies, its programs leave the kernel', async () => {
  const child = spawn(process.execPath, ['--conditions=bpfleet-source', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const ids = JSON.parse(line.toString()) as number[];
  expect(ids).toHaveLength(3);
  expect(ids.every(isProgramLoaded)).toBe(true);
  child.kill('SIGKILL');
  await once(child, 'exit');
  await expect.poll(() => ids.some(isProgramLoaded), { timeout: 10_000 }).toBe(false);
});
