import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const INCLUDES = `/usr/include/${process.arch === 'x64' ? 'x86_64' : 'aarch64'}-linux-gnu`;

/** Why no object can be built here; null where one can. */
export function noClang(): string | null {
  if (spawnSync('clang', ['--version']).status !== 0) return 'clang is not installed';
  return existsSync('/usr/include/bpf/bpf_helpers.h') ? null : "libbpf's headers are not installed (libbpf-dev)";
}

/** The object that clang makes of C, as people build theirs. */
export function build(source: string): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'bpfleet-object-'));
  try {
    const [from, to] = [join(folder, 'x.bpf.c'), join(folder, 'x.bpf.o')];
    writeFileSync(from, `#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\n${source}`);
    const { status, stderr } = spawnSync('clang', [
      ...['-O2', '-g', '-target', 'bpf', `-I${INCLUDES}`, '-c', from, '-o', to],
    ]);
    if (status !== 0) throw new Error(stderr.toString());
    return readFileSync(to);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
