import { expect, test } from 'vitest';
import { chooseGuests } from './guests.ts';

const names = (list: string | null) => chooseGuests(list).map(({ name }) => name);

test.each([
  [null, ['arm64-6.1', 'x86-64-5.10']],
  ['6.12', ['arm64-6.12', 'x86-64-6.12']],
  ['x86-64-sid, arm64-5.10', ['arm64-5.10', 'x86-64-sid']],
  ['5.10,arm64-5.10', ['x86-64-5.10', 'arm64-5.10']],
])('%j', (list, guests) => {
  expect(names(list)).toEqual(guests);
});

test('all of them', () => {
  expect(names('all').length).toBeGreaterThan(7);
});

test.each(['6.2', 'arm64-6.1,riscv', '', ' , '])('what is no guest: %j', (list) => {
  expect(() => chooseGuests(list)).toThrow(/^There is no guest ".*": choose among arm64-6\.1, /);
});
