import type { ProbeList } from '@bpfleet/client';
import { expect, test } from 'vitest';
import { plain } from '../terminal.ts';
import { probesText } from './probes.ts';

const list: ProbeList = {
  items: [
    { name: 'kprobe:vfs_read', arguments: [{ type: 'struct file *', name: 'file' }], nodes: 2 },
    { name: 'kprobe:\u001b[31mred', arguments: [], nodes: 1 },
  ],
  nodes: { chosen: 9, asked: 3, answered: 2 },
  more: false,
};

test('probes with what they give, what only some nodes have, and nothing that a terminal would obey', () => {
  const text = probesText(list, { paint: plain });
  expect(text).toContain('kprobe:vfs_read\n    struct file * file\n');
  expect(text).toMatch(/red {2}\(on 1 of 2 nodes\)\n$/);
  expect(text).not.toContain('\u001b');
});
