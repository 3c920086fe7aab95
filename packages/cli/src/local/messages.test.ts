import { expect, test } from 'vitest';
import { isColoured, Messages } from './messages.ts';

function told(use: (messages: Messages) => void, options: { coloured?: boolean; warnings?: boolean } = {}): string {
  let text = '';
  use(new Messages({ write: (more) => (text += more) }, options));
  return text;
}

test('errors with their hint', () => {
  expect(told((messages) => messages.error('no such thing', 'try that'))).toBe(
    'ERROR: no such thing\nHINT: try that\n',
  );
});

test('--no-warnings', () => {
  const use = (messages: Messages) => {
    messages.warning('a');
    messages.diagnostic('warning', 'x:1:1-2: WARNING: b\nx\n~');
    messages.diagnostic('error', 'x:1:1-2: ERROR: c\nx\n~');
  };
  expect(told(use, { warnings: false })).toBe('x:1:1-2: ERROR: c\nx\n~\n');
  expect(told(use)).toBe('WARNING: a\nx:1:1-2: WARNING: b\nx\n~\nx:1:1-2: ERROR: c\nx\n~\n');
});

test('only the first line is coloured', () => {
  expect(told((messages) => messages.diagnostic('error', 'E\nsource\n~~~'), { coloured: true })).toBe(
    '\x1b[31mE\x1b[0m\nsource\n~~~\n',
  );
});

test.each([
  ['always', false, true],
  ['never', true, false],
  ['auto', true, true],
  [undefined, false, false],
])('BPFTRACE_COLOR=%s, terminals: %s', (wanted, terminals, coloured) => {
  const env = wanted === undefined ? {} : { BPFTRACE_COLOR: wanted };
  expect(isColoured(env, () => terminals)).toEqual({ coloured });
});

test('BPFTRACE_COLOR that is none of them', () => {
  expect(isColoured({ BPFTRACE_COLOR: 'red' }, () => true)).toMatchObject({
    coloured: true,
    wrong: expect.any(String),
  });
});
