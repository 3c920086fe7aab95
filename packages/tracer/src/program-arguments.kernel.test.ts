import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listProbes, loadTrace } from './index.ts';

const source = `
#include <stdbool.h>
#include <stdio.h>
#define TRACED __attribute__((noinline, used))
enum color { RED = 1, GREEN = 5 };
typedef struct { int deep; } unnamed_t;
struct part { int p; char name[8]; };
struct whole {
  int a; unsigned char b; struct part part; int list[2][3];
  unsigned low : 3; int high : 5; enum color color; struct whole *next; const char *text;
  unnamed_t unnamed; union { long all; char bytes[8]; }; double number; bool set;
};
struct pair { int x, y; };
struct big { long first, second, third; };
TRACED int take(int x, const char *s, struct whole *w) { __asm__ volatile(""); return x + w->a + s[0]; }
TRACED static long many(short a, unsigned char b, bool c, enum color d, long e, long f, long g, int h) {
  __asm__ volatile("" ::"r"(g), "r"(h));
  return a + b + c + d + e + f + g + h;
}
TRACED int by_value(double before, struct pair pair, struct big big, int after) {
  __asm__ volatile("");
  return before + pair.x + pair.y + big.third + after;
}
TRACED struct big hidden(int x) { struct big big = {x, x, x}; __asm__ volatile(""); return big; }
int main(void) {
  char go;
  if (fread(&go, 1, 1, stdin) != 1) return 1;
  struct whole w = {.a = -7, .b = 200, .part = {3, "inner"}, .list = {{1, 2, 3}, {4, 5, 6}}, .low = 5, .high = -3,
                    .color = GREEN, .next = &w, .text = "pointed to", .unnamed = {44}, .all = 0x6968, .set = true};
  struct pair pair = {-1, 2};
  struct big big = {10, 20, 30};
  long sum = take(-42, "text", &w) + many(-2, 250, true, GREEN, -9, -10, -11, -12) + by_value(1.5, pair, big, 99);
  return sum + hidden(6).third == 0;
}`;

/** What compilers write; the last has its debugging information in a file beside it. */
const builds = {
  'DWARF 5': ['-gdwarf-5', '-O1'],
  'DWARF 4': ['-gdwarf-4', '-O0'],
  'the 64-bit format': ['-gdwarf-5', '-gdwarf64', '-O1'],
  compressed: ['-g', '-O2', '-gz'],
  'types apart': ['-gdwarf-5', '-fdebug-types-section', '-O1'],
  'an entry file': ['-gdwarf-5', '-gsplit-dwarf', '-O1'],
  'split off': ['-g', '-O1'],
} as const;

let folder = '';
let missing: string | null = null;

beforeAll(() => {
  if (spawnSync('clang', ['--version']).status !== 0) {
    missing = 'clang is not installed';
    return;
  }
  folder = mkdtempSync(join(tmpdir(), 'bpfleet-'));
  writeFileSync(join(folder, 'program.c'), source);
  for (const [name, options] of Object.entries(builds)) {
    execFileSync('clang', [...options, '-Wl,--build-id', '-o', pathOf(name), join(folder, 'program.c')], {
      cwd: folder,
    });
  }
  const split = pathOf('split off');
  for (const options of [
    ['--only-keep-debug', split, `${split}.debug`],
    ['--strip-debug', `--add-gnu-debuglink=${split}.debug`, split],
  ]) {
    if (spawnSync('objcopy', options).status !== 0) missing = 'objcopy is not installed (apt-get install binutils)';
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function pathOf(build: string): string {
  return join(folder, build.replaceAll(' ', '-'));
}

async function trace(script: string, program: string): Promise<string> {
  const child = spawn(program, { stdio: ['pipe', 'inherit', 'inherit'] });
  const exited = once(child, 'close');
  const loaded = await loadTrace({ kind: 'script', source: script.replaceAll('{{program}}', program) });
  try {
    loaded.attach();
    child.stdin.end('g');
    await exited;
    loaded.detach();
    return loaded
      .drain()
      .map(({ text }) => text)
      .join('');
  } finally {
    child.kill('SIGKILL');
    loaded.close();
  }
}

const script = `
uprobe:{{program}}:take {
  printf("%d %s\\n", args.x, str(args.s));
  $w = args.w;
  print(($w->a, $w->b, $w->part.p, $w->part.name, $w->list[1][2], $w->low, $w->high, $w->color, $w->next->next->a));
  print((str($w->text), $w->unnamed.deep, $w->bytes, $w->set, ((struct whole *)arg2)->part.name, sizeof(struct whole)));
  print($w->part);
}
uprobe:{{program}}:many { print((args.a, args.b, args.c, args.d, args.e, args.f, args.g, args.h)); }
uprobe:{{program}}:by_value { print((args.pair.x, args.pair.y, args.big.third, args.after)); print(args.pair); }
uprobe:{{program}}:hidden { print(args.x); }`;

const expected = `-42 text
(-7, 200, 3, inner, 6, 5, 29, GREEN, -7)
(pointed to, 44, hi, true, inner, 104)
{ .p = 3, .name = inner }
(-2, 250, true, GREEN, -9, -10, -11, -12)
(-1, 2, 30, 99)
{ .x = -1, .y = 2 }
6
`;

for (const build of Object.keys(builds)) {
  test(`arguments by name: ${build}`, async (context) => {
    if (missing !== null) context.skip(missing);
    expect(await trace(script, pathOf(build))).toBe(expected);
  });
}

test('functions with arguments of the same name in different places share no program', async (context) => {
  if (missing !== null) context.skip(missing);
  const both = 'uprobe:{{program}}:take, uprobe:{{program}}:hidden { printf("%s %d\\n", func, args.x); }';
  expect(await trace(both, pathOf('DWARF 5'))).toBe('take -42\nhidden 6\n');
});

test('a list has them with their types', (context) => {
  if (missing !== null) context.skip(missing);
  const { probes } = listProbes(`uprobe:${pathOf('split off')}:take`, { arguments: true });
  expect(probes[0]?.arguments.map(({ type, name }) => `${type} ${name}`)).toEqual([
    'int x',
    'const char* s',
    'struct whole* w',
  ]);
});
