import { expect, test } from 'vitest';
import { compile } from '../compile.ts';
import { type CompileEnv, permissiveEnv } from '../env.ts';

const address = 0xffff_ffff_8123_4560n;
const env: CompileEnv = {
  ...permissiveEnv(),
  tracepoints: { tracepoint: () => undefined, list: () => [] },
  functions: { count: () => 1, list: () => [{ name: 'vfs_read', module: '' }] },
  symbols: { kernel: (name) => (name === 'hidden' ? null : address), user: () => ({ reason: 'no file' }) },
};

const said = (source: string) => compile(source, env).diagnostics.map(({ message }) => message);

test.each([
  [
    'beside ksym() it is one: a value, a key',
    'begin { @f[0] = ksym(0); } kprobe:vfs_read { @f[tid] = func; @[ksym(0)] = count(); }',
    [],
  ],
  ['without ksym() it is a text', 'kprobe:vfs_read /func == "vfs_read"/ { @[func, "x"] = count(); }', []],
  [
    'beside ksym() it is no text',
    'kprobe:vfs_read { @ = ksym(0); @ = func(); @s = "x"; @s = func; }',
    ["Type mismatch for @s: trying to assign value of type 'ksym' when map already has a type 'string[2]'"],
  ],
  [
    'where the kernel hides its addresses',
    'kprobe:hidden { @ = ksym(0); @ = func; }',
    ['Failed to resolve kernel symbol: hidden'],
  ],
])('func: %s', (_, source, messages) => {
  expect(said(source)).toEqual(messages);
});

test('func beside ksym() is where the function begins', () => {
  const { spec } = compile('kretprobe:vfs_read { @ = ksym(0); @ = func; }', env);
  const immediates = spec?.programs.flatMap(({ instructions }) =>
    JSON.stringify(instructions, (_, value) => (typeof value === 'bigint' ? `${value}` : value)),
  );
  expect(immediates?.join()).toContain(`${BigInt.asIntN(64, address)}`);
});
