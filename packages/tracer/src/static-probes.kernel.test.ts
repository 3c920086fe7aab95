import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadTrace } from './index.ts';

/** A probe as SystemTap's sys/sdt.h makes it: a `nop`, and a note of where that is. */
const source = String.raw`
#include <stdio.h>
#include <unistd.h>
unsigned short guarded_semaphore __attribute__((section(".probes")));
#define NOTE(name, semaphore, arguments) \
  "990: nop\n" \
  ".pushsection .note.stapsdt,\"\",\"note\"\n" \
  ".balign 4\n.4byte 992f-991f, 994f-993f, 3\n" \
  "991: .asciz \"stapsdt\"\n992: .balign 4\n" \
  "993: .8byte 990b\n.8byte _.stapsdt.base\n.8byte " semaphore "\n" \
  ".asciz \"mine\"\n.asciz \"" name "\"\n.asciz \"" arguments "\"\n" \
  "994: .balign 4\n.popsection\n"
__asm__(".pushsection .stapsdt.base,\"aG\",\"progbits\",.stapsdt.base,comdat\n.weak _.stapsdt.base\n"
        "_.stapsdt.base: .space 1\n.size _.stapsdt.base,1\n.popsection\n");
int main(void) {
  char go;
  if (read(0, &go, 1) != 1) return 1;
  for (long i = 0; i < 5; i++) {
    int small = -7;
    char text[] = "hello";
    __asm__ volatile(NOTE("plain", "0", "8@%0 -4@%1 8@%2 -4@$-3 -4@%3")
      :: "r"(i), "r"(small), "r"(text), "m"(small));
    if (guarded_semaphore > 0) {
      __asm__ volatile(NOTE("guarded", "guarded_semaphore", "8@%0") :: "r"(i * 10));
    }
  }
  __asm__ volatile(NOTE("twice", "0", "2@$-1 4@$1"));
  __asm__ volatile(NOTE("twice", "0", "-2@$65535"));
  printf("%d\n", guarded_semaphore);
  return 0;
}`;

let folder = '';
let program = '';
let missing: string | null = null;

beforeAll(() => {
  if (process.arch !== 'x64') {
    missing = 'the places of the arguments are written as for x86-64';
    return;
  }
  folder = mkdtempSync(join(tmpdir(), 'bpfleet-'));
  program = join(folder, 'program');
  writeFileSync(`${program}.c`, source);
  try {
    execFileSync('cc', ['-O1', '-o', program, `${program}.c`]);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    missing = 'there is no C compiler (apt-get install gcc)';
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function trace(script: string) {
  const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'close');
  let printed = '';
  child.stdout.on('data', (data: Buffer) => {
    printed += data.toString();
  });
  const loaded = await loadTrace({ kind: 'script', source: script.replaceAll('{{program}}', program) });
  try {
    loaded.attach();
    child.stdin.write('g');
    await exited;
    loaded.detach();
    return {
      text: loaded
        .drain()
        .map((event) => event.text)
        .join(''),
      printed,
      probes: loaded.probes,
    };
  } finally {
    loaded.close();
    child.kill('SIGKILL');
  }
}

describe('static probes of programs', () => {
  test('their arguments, by register, constant and memory', async (context) => {
    if (missing !== null) context.skip(missing);
    const script =
      'usdt:{{program}}:mine:plain { printf("%d %d %s %d %d\\n", arg0, (int64)arg1, str(arg2), arg3, arg4); }';
    expect((await trace(script)).text).toBe([0, 1, 2, 3, 4].map((i) => `${i} -7 hello -3 -7\n`).join(''));
  });

  test('are found by a wildcard, and those that count their listeners are told', async (context) => {
    if (missing !== null) context.skip(missing);
    const { text, printed, probes } = await trace('usdt:{{program}}:gu*rded { printf("%s %d\\n", probe, arg0); }');
    expect(text).toBe([0, 10, 20, 30, 40].map((i) => `usdt:${program}:mine:guarded ${i}\n`).join(''));
    expect(printed).toBe('1\n');
    expect(probes).toBe(1);
    expect((await trace('usdt:{{program}}:plain { @ = count(); }')).printed).toBe('0\n');
  });

  test('that do not exist are refused with what was meant', async (context) => {
    if (missing !== null) context.skip(missing);
    await expect(loadTrace({ kind: 'script', source: `usdt:${program}:plan { }` })).rejects.toThrow(
      "did you mean 'plain'",
    );
  });

  test('at several places with other arguments are one probe, and what one of them has not is 0', async (context) => {
    if (missing !== null) context.skip(missing);
    const { text, probes } = await trace(
      'usdt:{{program}}:twice { printf("%d %d %d ", arg0, arg1, arg12); print(arg0); } usdt:{{program}}:twice { @ = reg("ip") > 0; }',
    );
    expect(text.split('\n').slice(0, 2)).toEqual(['65535 1 0 65535', '-1 0 0 -1']);
    expect(probes).toBe(2);
  });
});
