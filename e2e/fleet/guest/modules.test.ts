import { expect, test } from 'vitest';
import { dependencies } from './modules.ts';

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
