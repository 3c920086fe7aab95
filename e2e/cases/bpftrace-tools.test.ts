import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CompileEnv, compile, formatDiagnostic, permissiveEnv } from '@bpfleet/compiler';
import { compileEnv } from '@bpfleet/tracer';
import { describe, expect, it } from 'vitest';
import { fetchTools } from '../fleet/conform/program-folders.ts';

const folder = await fetchTools();
const tools = readdirSync(folder).filter((file) => file.endsWith('.bt'));

/** This host's types and tracepoints, and what it may lack: probes on functions, those of modules, and variables' addresses. */
function envFor(arch: CompileEnv['arch']): CompileEnv {
  const host = compileEnv();
  return {
    ...host,
    arch,
    features: permissiveEnv().features,
    mayReadFiles: true,
    functions: { count: () => 1, list: () => (host.types?.functions() ?? []).map((name) => ({ name, module: '' })) },
    symbols: { user: () => 0x1000n, kernel: () => 0xffff_ffff_8100_0000n },
  };
}

describe.each(['x86-64', 'arm64'] as const)("bpftrace's own tools, for %s", (arch) => {
  it('are all there', () => expect(tools.length).toBeGreaterThanOrEqual(39));

  it.each(tools)('%s', (name) => {
    const source = readFileSync(join(folder, name), 'utf8');
    const { spec, diagnostics } = compile(source, envFor(arch));
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    expect(errors.map((each) => formatDiagnostic(source, name, each)).join('\n')).toBe('');
    expect(spec?.programs.length).toBeGreaterThan(0);
  });
});
