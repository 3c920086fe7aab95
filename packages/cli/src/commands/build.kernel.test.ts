import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Btf } from '@bpfleet/bpf';
import { loadTrace } from '@bpfleet/tracer';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { buildArchs, machines, ownArch } from '../build-arch.ts';
import type { Terminal } from '../terminal.ts';
import { build, dumpBtf } from './build.ts';

const TYPES = '/sys/kernel/btf/vmlinux';
const folder = mkdtempSync(join(tmpdir(), 'bpfleet-build-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

let said = '';
const terminal = { err: { write: (text: string) => (said += text) } } as unknown as Terminal;

/** C that holds every size and place in the header against the kernel's types. */
function assertions(btf: Btf): string {
  const all = (['struct', 'union', 'enum'] as const).flatMap((kind) =>
    [...btf.definitions(kind)].map((each) => ({ ...each, kind })),
  );
  const count = new Map<string, number>();
  for (const { name } of all) count.set(name, (count.get(name) ?? 0) + 1);
  return (
    all
      .filter(({ kind, name }) => kind !== 'enum' && count.get(name) === 1)
      // A compiler for BPF has another va_list.
      .filter(({ id }) => !btf.members(id).some(({ type }) => /va_list/.test(btf.text(type))))
      .map(({ kind, name, id }) => {
        const places = btf
          .members(id)
          .filter((member) => member.bits === 0 && member.name !== '')
          .map(
            (member) =>
              `_Static_assert(__builtin_offsetof(${kind} ${name}, ${member.name}) == ${member.bitOffset / 8}, "");`,
          );
        return [`_Static_assert(sizeof(${kind} ${name}) == ${btf.node(id).to}, "${name}");`, ...places].join('\n');
      })
      .join('\n')
  );
}

describe('bpfleet build', () => {
  beforeEach((context) => {
    said = '';
    if (spawnSync('clang', ['--version']).status !== 0) context.skip('clang is not installed');
    if (!existsSync('/usr/include/bpf/bpf_helpers.h')) context.skip("libbpf's headers are not installed (libbpf-dev)");
    if (!existsSync(TYPES)) context.skip('this kernel gives no types');
  });

  test('the header has every type of this kernel as the kernel has it', () => {
    const [header, check] = [join(folder, 'vmlinux.h'), join(folder, 'check.c')];
    dumpBtf({ output: header }, terminal);
    writeFileSync(check, `#include "vmlinux.h"\n${assertions(new Btf(readFileSync(TYPES)))}\n`);
    const words = ['-target', 'bpf', '-fsyntax-only', '-Wno-everything', check];
    const { status, stderr } = spawnSync('clang', words, { encoding: 'utf8' });
    expect(stderr.split('\n').slice(0, 10)).toEqual(['']);
    expect(status).toBe(0);
  });

  test('a program that reads the kernel by its types is built, loads and runs', async () => {
    const source = join(folder, 'x.bpf.c');
    writeFileSync(
      source,
      `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
const volatile pid_t targ_pid = ${process.pid};
u64 right, wrong;
SEC("raw_tp/sys_enter") int enter(struct bpf_raw_tracepoint_args *ctx) {
  struct task_struct *task = (struct task_struct *)bpf_get_current_task();
  if (bpf_get_current_pid_tgid() >> 32 != targ_pid) return 0;
  __sync_fetch_and_add(BPF_CORE_READ(task, tgid) == targ_pid ? &right : &wrong, 1);
  return 0;
}
char LICENSE[] SEC("license") = "GPL";
`,
    );
    build(source, [], { arch: ownArch() }, terminal);
    expect(said).toMatch(/x\.bpf\.o: raw_tp\/sys_enter \(\d+ bytes\)/);
    const trace = await loadTrace({ kind: 'object', object: readFileSync(join(folder, 'x.bpf.o')) });
    try {
      trace.attach();
      readFileSync('/proc/self/stat');
      trace.detach();
      const sums = Object.fromEntries(
        trace.readMaps().map(({ schema, entries }) => [schema.name, [...entries.values()][0]?.cells.get(0) ?? 0n]),
      );
      expect(sums['@right']).toBeGreaterThan(0n);
      expect(sums['@wrong']).toBe(0n);
    } finally {
      trace.close();
    }
  });

  test('a vmlinux.h that is beside a source for its machine, as BCC has it, is the one it means', () => {
    const checkout = join(folder, 'checkout');
    const source = join(checkout, 'old.bpf.c');
    const text = `#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
long state;
SEC("raw_tp/sys_enter") int enter(struct of_old *ctx) { state = ctx->no_longer_there; return 0; }
char LICENSE[] SEC("license") = "GPL";
`;
    const header = join(checkout, machines[ownArch()].target, 'vmlinux.h');
    mkdirSync(dirname(header), { recursive: true });
    writeFileSync(source, text);
    writeFileSync(header, '#include <linux/types.h>\nstruct of_old { long no_longer_there; };\n');
    build(source, [], { arch: ownArch() }, terminal);
    expect(said).toMatch(/old\.bpf\.o: raw_tp\/sys_enter/);
    rmSync(header);
    expect(() => build(source, [], { arch: ownArch() }, terminal)).toThrow(
      expect.objectContaining({ hint: expect.stringMatching(/put the vmlinux\.h that it was written with beside it/) }),
    );
  });

  test.each(buildArchs)('headers that sources for libbpf include are there for %s', (arch) => {
    const source = join(folder, 'headers.bpf.c');
    writeFileSync(
      source,
      `#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <errno.h>
u64 entered, refused;
SEC("tp_btf/sys_exit") int BPF_PROG(leave, struct pt_regs *regs, long result) { refused += result == -ENOENT; return 0; }
${arch === ownArch() ? 'SEC("uprobe") int BPF_UPROBE(enter, const char *name) { entered += name != 0; return 0; }' : ''}
char LICENSE[] SEC("license") = "GPL";
`,
    );
    build(source, [], { arch }, terminal);
    expect(said).toMatch(/headers\.bpf\.o: tp_btf\/sys_exit(, uprobe)? \(\d+ bytes\)/);
  });

  test('a program that needs the registers of another machine needs the types of its kernel', () => {
    const source = join(folder, 'other.bpf.c');
    const text = `#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
long first;
SEC("kprobe/f") int BPF_KPROBE(f, long given) { first = given; return 0; }
char LICENSE[] SEC("license") = "GPL";
`;
    writeFileSync(source, text);
    const arch = ownArch() === 'arm64' ? 'x86-64' : 'arm64';
    expect(() => build(source, [], { arch }, terminal)).toThrow(
      expect.objectContaining({
        hint: expect.stringMatching(`a program for ${arch} needs those of such a kernel, --btf FILE`),
      }),
    );
  });

  test('what clang says of a wrong program is shown', () => {
    const source = join(folder, 'wrong.bpf.c');
    writeFileSync(source, 'int f(void) { return nothing; }\n');
    expect(() => build(source, [], { arch: 'x86-64' }, terminal)).toThrow(
      expect.objectContaining({ status: 4, report: expect.stringMatching(/wrong\.bpf\.c:1:22: error: .*nothing/) }),
    );
    expect(existsSync(join(folder, 'wrong.bpf.o'))).toBe(false);
  });
});

test('without clang: what to install', () => {
  const source = join(folder, 'alone.bpf.c');
  writeFileSync(source, '');
  const before = process.env.CLANG;
  process.env.CLANG = 'clang-that-is-not-there';
  try {
    expect(() => build(source, [], { arch: 'x86-64' }, terminal)).toThrow(
      expect.objectContaining({ hint: expect.stringMatching(/apt-get install clang libbpf-dev/) }),
    );
  } finally {
    if (before === undefined) delete process.env.CLANG;
    else process.env.CLANG = before;
  }
});

test.each([
  ['no.bpf.c', /there is no such file/],
  ['x.rs', /a program in C is named FILE\.bpf\.c/],
])('%s: one sentence', (file, message) => {
  expect(() => build(file, [], { arch: 'x86-64' }, terminal)).toThrow(message);
});
