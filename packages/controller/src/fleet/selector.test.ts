import { describe, expect, it } from 'vitest';
import { matches, type Selectable } from './select.ts';
import { checkFields, parseSelector } from './selector.ts';

const node: Selectable = {
  name: 'web-1',
  arch: 'arm64',
  kernel: '6.1.0-18-arm64',
  labels: { role: 'web', zone: 'a', size: '10' },
  features: ['btf', 'kprobe', 'map:ringbuf'],
};

describe('parseSelector and matches', () => {
  it.each([
    ['all', true],
    ['', true],
    [' all ', true],
    ['arch=arm64', true],
    ['arch=x86-64', false],
    ['role!=db', true],
    ['role!=web', false],
    ['absent!=x', true],
    ['kernel>=6.1', true],
    ['kernel>=6.1.0', true],
    ['kernel>=6.2', false],
    ['kernel<6.10', true],
    ['kernel<=6.1', true],
    ['kernel>6.1', false],
    ['kernel=6.1', true],
    ['kernel=6.10', false],
    ['kernel=6.1.0-18-arm64', true],
    ['zone in (a,b)', true],
    ['zone in(b, c)', false],
    ['arch in (x86-64, arm64), has(btf)', true],
    ['has(kprobe)', true],
    ['has(fentry)', false],
    ['has(map:ringbuf)', true],
    ['name=web-*', true],
    ['name=*-1', true],
    ['name=web', false],
    ['name=web.*', false],
    ['size>=9', true],
    ['size<9', false],
    ['role=web,zone=a,has(btf)', true],
    ['role=web,zone=b', false],
    ['role = web', true],
  ])('%s -> %s', (text, expected) => {
    expect(matches(parseSelector(text), node)).toBe(expected);
  });

  it.each([
    'arch',
    '=x',
    'arch=',
    'arch=arm64,',
    ',arch=arm64',
    'zone in a',
    'zone in (a',
    'zone in (a,)',
    'has()',
    'a b=c',
    'all,arch=arm64',
    'x=(a)',
  ])('refuses %s', (text) => {
    expect(() => parseSelector(text)).toThrow(expect.objectContaining({ code: 'invalid_selector' }));
  });
});

describe('checkFields', () => {
  it('names what is known where a field is not', () => {
    const labels = new Set(['zone', 'role']);
    expect(() => checkFields(parseSelector('role=web,name=a,arch=b,kernel=6,has(btf)'), labels)).not.toThrow();
    expect(() => checkFields(parseSelector('rolle=web'), labels)).toThrow(
      expect.objectContaining({
        details: { pointer: '/nodes', hint: expect.stringContaining('name, arch, kernel, role, zone') },
      }),
    );
  });
});
