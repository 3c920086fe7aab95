import { describe, expect, test } from 'vitest';
import { compile } from '../compile.ts';
import type { CompileEnv, KernelFeature } from '../env.ts';

const functions = ['alpha', 'beta', 'gamma_long_name'].map((name, index) => ({
  ...{ name, offset: 0x1000 + index * 16, size: 16, address: 0x401000 + index * 16 },
}));

function env(...features: KernelFeature[]): CompileEnv {
  return envOf('uprobe', 'kprobe', ...features);
}

function envOf(...features: KernelFeature[]): CompileEnv {
  return {
    arch: 'x86-64',
    pageSize: 4096,
    cpus: 2,
    features: new Set(['atomic_fetch', 'long_key', ...features]),
    tracepoints: { tracepoint: () => undefined, list: () => [] },
    functions: { count: () => 1, list: () => functions.map(({ name }) => ({ name, module: '' })) },
    executables: { find: (path) => ({ path, functions }) },
  };
}

function attached(source: string, ...features: KernelFeature[]) {
  const { spec, diagnostics } = compile(source, env(...features));
  expect(diagnostics).toEqual([]);
  return (spec?.programs ?? []).map(({ attach, probes }) => [attach, probes?.length]);
}

describe('probes on many functions', () => {
  test('of a program are one, where the kernel can', () => {
    expect(attached('uprobe:/bin/x:* { @[probe, func, arg0] = count(); }', 'uprobe_multi')).toEqual([
      [{ kind: 'uprobe_multi', path: '/bin/x', offsets: [0x1000, 0x1010, 0x1020], return: false }, 3],
    ]);
    expect(attached('uprobe:/bin/x:* { @ = count(); }')).toHaveLength(3);
  });

  test('one on a single function is one of many where perf events are not for us', () => {
    const source = 'uretprobe:/bin/x:beta { @[func] = count(); }';
    const [program] = compile(source, envOf('uprobe_multi')).spec?.programs ?? [];
    expect(program?.attach).toEqual({ kind: 'uprobe_multi', path: '/bin/x', offsets: [0x1010], return: true });
    expect(attached(source, 'uprobe_multi')).toMatchObject([[{ kind: 'uprobe' }, 1]]);
    expect(compile(source, envOf()).diagnostics).toMatchObject([{ code: 'unsupported' }]);
  });

  test('of the kernel are one, where the kernel can', () => {
    expect(attached('kretprobe:* { @[func] = sum(retval); }', 'kprobe_multi')).toEqual([
      [{ kind: 'kprobe_multi', functions: ['alpha', 'beta', 'gamma_long_name'], return: true }, 3],
    ]);
    expect(attached('kprobe:* { @ = count(); }', 'uprobe_multi')).toHaveLength(3);
  });

  test('in other clauses, files and ways stay apart', () => {
    const source = `uprobe:/bin/x:alpha, uprobe:/bin/x:beta, uretprobe:/bin/x:beta, uprobe:/bin/y:beta { @ = count(); }
      uprobe:/bin/x:beta { @b = count(); }`;
    expect(attached(source, 'uprobe_multi').map(([, count]) => count)).toEqual([2, 1, 1, 1]);
  });

  test('with an offset stay alone in the kernel', () => {
    expect(attached('kprobe:alpha+4, kprobe:beta+4 { @ = count(); }', 'kprobe_multi')).toHaveLength(2);
  });

  test('their names are in one table, all as long as the longest', () => {
    const { spec } = compile('uprobe:/bin/x:* { @[func] = count(); }', env('uprobe_multi'));
    const names = spec?.maps.find(({ name }) => name === 'names');
    expect(Buffer.from(names?.contents ?? []).toString()).toBe(
      ['alpha', 'beta', 'gamma_long_name'].map((name) => name.padEnd(16, '\0')).join(''),
    );
  });
});
