import { expect, test } from 'vitest';
import { programSettings } from './program-settings.ts';

const manifest = { programs: { '*': { load: false, optional: true }, a: { load: true }, b: { attach: 'kprobe/f' } } };

test.each([
  ['a', { load: true, optional: true }],
  ['b', { load: false, optional: true, attach: 'kprobe/f' }],
  ['c', { load: false, optional: true }],
  ['constructor', { load: false, optional: true }],
])('%s: its own settings, else those of all others', (name, settings) => {
  expect(programSettings(manifest, name)).toEqual(settings);
});

test('where nothing is said', () => expect(programSettings({}, 'a')).toEqual({}));
