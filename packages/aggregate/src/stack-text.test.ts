import { expect, test } from 'vitest';
import type { StackFrame } from './schema.ts';
import { frameText, stackId } from './stack-text.ts';

const unnamed: StackFrame = { symbol: '', module: '/usr/lib/libx.so.1', offset: 0x1a2b, buildId: 'a226e0' };

test.each<[StackFrame, string]>([
  [{ symbol: 'vfs_read', module: '', offset: 17 }, 'vfs_read+17'],
  [{ symbol: '0x7f00', module: '', offset: 0 }, '0x7f00'],
  [{ symbol: 'main', module: '/bin/x', offset: 1, text: '\t7f main+1' }, '\t7f main+1'],
  [unnamed, '[libx.so.1+0x1a2b]'],
])('%j is written %s', (frame, text) => expect(frameText(frame)).toBe(text));

test('code without a name is the same where its file, build and place are', () => {
  expect(stackId([unnamed])).toBe(stackId([{ ...unnamed }]));
  expect(stackId([unnamed])).not.toBe(stackId([{ ...unnamed, buildId: 'b0' }]));
  expect(stackId([unnamed])).not.toBe(stackId([{ ...unnamed, offset: 1 }]));
});
