import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadTrace } from './index.ts';
import { buildProbedProgram } from './probed-program.test-kit.ts';

let folder = '';
let program = '';
let missing: string | null = null;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bpfleet-'));
  const built = buildProbedProgram(folder);
  if ('missing' in built) missing = built.missing;
  else program = built.path;
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
