import { hasFeature } from '@bpfleet/kernel';
import { expect, test, vi } from 'vitest';
import { triedFeatures } from './tried-features.ts';

vi.mock('@bpfleet/kernel', () => ({ hasFeature: vi.fn((name: string) => name !== 'fentry') }));

test('tries what is asked for, and no more', () => {
  const features = triedFeatures(['uprobe', 'fentry']);
  expect([features.has('uprobe'), features.has('kprobe')]).toEqual([true, false]);
  expect(vi.mocked(hasFeature).mock.calls).toEqual([['uprobe']]);
});

test('all of them, as any set', () => {
  const features = triedFeatures(['uprobe', 'fentry', 'tai']);
  expect([...features]).toEqual(['uprobe', 'tai']);
  expect(features.size).toBe(2);
});
