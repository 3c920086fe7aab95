import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dependencies, guestModules } from './modules.ts';

test.each([
  [
    'license=GPL\0depends=net_failover,virtio_ring,virtio-pci\0name=virtio_net\0',
    ['net_failover', 'virtio_ring', 'virtio_pci'],
  ],
  ['license=GPL\0depends=\0name=virtio\0', []],
  ['no section at all', []],
])('%j', (section, names) => {
  expect(dependencies(Buffer.from(`\u007fELF\0${section}`))).toEqual(names);
});

test('each module stands with all that it needs, of which the last is to be loaded first', () => {
  const top = mkdtempSync(join(tmpdir(), 'bpfleet-modules-'));
  const kernel = join(top, 'lib/modules/6.1.0-test/kernel');
  mkdirSync(kernel, { recursive: true });
  const depends = { virtio_net: 'net_failover,virtio', net_failover: 'failover,virtio', failover: '', virtio: '' };
  for (const [name, names] of Object.entries(depends))
    writeFileSync(join(kernel, `${name.replaceAll('_', '-')}.ko`), `\u007fELF\0depends=${names}\0`);
  const found = guestModules({ version: '6.1', folders: [top] });
  rmSync(top, { recursive: true });
  expect(Object.fromEntries(found.map(({ name, needs }) => [name, needs]))).toEqual({
    virtio_net: ['net_failover', 'failover', 'virtio'],
    net_failover: ['failover', 'virtio'],
    failover: [],
    virtio: [],
  });
});
