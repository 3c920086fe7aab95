import { expect, test } from 'vitest';
import { missingPlaces } from './missing-places.ts';

const kernel = {
  missing: (place: string) =>
    place.startsWith('kretprobe/')
      ? 'this kernel has no kprobes'
      : /gone\d*$/.test(place)
        ? `this kernel has no function ${place.split('/')[1]}`
        : null,
};
const placed = (...places: string[]) => places.map((place, index) => ({ name: `p${index}`, place }));

test('all that is missing is told at once, with what a manifest says of it', () => {
  expect(missingPlaces(placed('kprobe/gone1', 'kprobe/f', 'kprobe/gone2'), 'attach', kernel)).toBe(
    'this kernel has no function gone1 ("p0", kprobe/gone1); this kernel has no function gone2 ("p2", kprobe/gone2); where the others make sense without them, a manifest says programs: {p0: {optional: true}, p2: {optional: true}}; attach: kprobe/... puts one elsewhere',
  );
});

test('of many only some are named, and a manifest has one line for all', () => {
  const many = placed(...Array.from({ length: 9 }, (_, index) => `fentry/gone${index}`), 'fentry/f');
  const text = missingPlaces(many, 'load', kernel);
  expect(text).toMatch(/gone3 \("p3", fentry\/gone3\); and 5 more; where/);
  expect(text).toContain('a manifest says programs: {"*": {optional: true}}');
});

test('where nothing would be left, only another place helps', () => {
  expect(missingPlaces(placed('kprobe/gone'), 'attach', kernel)).toBe(
    'this kernel has no function gone ("p0", kprobe/gone); attach: kprobe/... puts one elsewhere',
  );
});

test('where there are no such probes at all, no other place helps', () => {
  expect(missingPlaces(placed('kretprobe/f', 'tp/a/b'), 'attach', kernel)).toBe(
    'this kernel has no kprobes ("p0", kretprobe/f); where the others make sense without it, a manifest says programs: {p0: {optional: true}}',
  );
});

test('what a whole kind of programs needs is told where the object does not load', () => {
  const old = {
    missing: (place: string) => (place.startsWith('kprobe.multi/') ? 'kprobe.multi needs kernel 5.18 or newer' : null),
  };
  expect(missingPlaces(placed('kprobe.multi/vfs_*', 'tp/a/b'), 'load', old)).toMatch(
    /^kprobe\.multi needs kernel 5\.18 or newer \("p0", kprobe\.multi\/vfs_\*\); where the others make sense/,
  );
});

test.each([
  ['everything is there', placed('kprobe/f'), 'attach' as const],
  ['what is missing is not needed to load', placed('kprobe/gone', 'fentry/f'), 'load' as const],
])('nothing to say: %s', (_name, programs, stage) => expect(missingPlaces(programs, stage, kernel)).toBeNull());
