import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readObject } from '@bpfleet/bpf';
import type { SessionResource } from '@bpfleet/client';
import { afterAll, describe, expect, test } from 'vitest';
import { CliError } from '../cli-error.ts';
import { exitStatus } from '../commands/run.ts';
import { LiveBlock } from './live-block.ts';
import { printedText } from './printed-text.ts';
import { progressText } from './progress-text.ts';
import { readProgram, withArguments } from './read-program.ts';
import { parseLimits, runRequest } from './run-request.ts';
import { refusedProgram, validateProgram } from './validate-program.ts';

const folder = mkdtempSync(join(tmpdir(), 'bpfleet-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

const wrong = (message: RegExp | string) =>
  expect.objectContaining({ name: 'CliError', status: 4, message: expect.stringMatching(message) });

describe('readProgram', () => {
  test('text is a script, a name is a file', () => {
    const file = join(folder, 'a.bt');
    writeFileSync(file, 'BEGIN { exit(); }');
    expect(readProgram('BEGIN { }')).toEqual({ kind: 'script', source: 'BEGIN { }', name: 'stdin' });
    expect(readProgram(file)).toEqual({ kind: 'script', source: 'BEGIN { exit(); }', name: file });
  });

  test.each([
    ['nothing', ' ', 'There is no script'],
    ['no file', 'nowhere.bt', 'nowhere.bt: there is no such file'],
    ['a folder', tmpdir(), 'is a folder'],
    ['no object', 'nowhere.bpf.o', 'nowhere.bpf.o: there is no such file'],
    ['no assembler', 'nowhere.bpf.s', 'nowhere.bpf.s: there is no such file'],
  ])('%s', (_, what, message) => {
    expect(() => readProgram(what)).toThrow(wrong(message));
  });

  test('a file that is no object', () => {
    const file = join(folder, 'x.bpf.o');
    writeFileSync(file, 'BEGIN { exit(); }');
    expect(() => readProgram(file)).toThrow(wrong('x.bpf.o is no BPF object: it is no ELF file.'));
    writeFileSync(file, readFileSync(process.execPath).subarray(0, 4096));
    expect(() => readProgram(file)).toThrow(wrong(/is for machine \d+, not for BPF \(247\)/));
  });

  test('assembler becomes an object, or all that is wrong with it is told', () => {
    const file = join(folder, 'x.bpf.s');
    writeFileSync(file, '.program p kprobe/vfs_read\n  r0 = 0\n  exit\n');
    const program = readProgram(file);
    const sections = program.kind === 'object' ? readObject(program.object).map(({ name }) => name) : [];
    expect(sections).toContain('kprobe/vfs_read');
    writeFileSync(file, '.program p kprobe/vfs_read\n  r0 = r11\n  goto out\n');
    expect(() => readProgram(file)).toThrow(
      expect.objectContaining({
        message: 'The file has 2 errors.',
        report: expect.stringMatching(/x\.bpf\.s:2:8: ERROR: [\s\S]*x\.bpf\.s:3:8: ERROR: there is no label out/),
      }),
    );
  });

  test('a file that is no script', () => {
    const file = join(folder, 'large');
    writeFileSync(file, 'x'.repeat(1_000_001));
    expect(() => readProgram(file)).toThrow(wrong('larger than a script'));
  });
});

describe('runRequest', () => {
  const settings = { nodes: 'all', for: '10s', every: '1s' };
  const script = { kind: 'script', source: 'BEGIN {}', name: 'stdin' } as const;

  test('carries what was asked', () => {
    const limit = 'overhead=1%, events=10000/s,map=16MiB,probes=100';
    expect(runRequest(script, { ...settings, limit })).toEqual({
      program: { kind: 'script', source: 'BEGIN {}' },
      ...settings,
      limits: { overhead: 0.01, eventsPerSecond: 10_000, mapBytes: 16 * 1024 * 1024, probes: 100 },
    });
  });

  test('which nodes, and in what order', () => {
    const course = { sample: '10%', maxNodes: 5, seed: 'x', canary: '1%', soak: '0s', maxFailures: '5%' };
    expect(runRequest(script, { ...settings, ...course })).toMatchObject({
      sample: '10%',
      maxNodes: 5,
      seed: 'x',
      rollout: { canary: '1%', soak: '0s', maxFailures: 0.05 },
    });
    expect(runRequest(script, { ...settings, late: true, at: '2026-12-31T23:00Z' })).toMatchObject({
      late: true,
      startAt: '2026-12-31T23:00:00.000Z',
    });
  });

  test('arguments are for scripts', () => {
    const object = { kind: 'object', object: Buffer.from([0x7f]), name: 'x.bpf.o' } as const;
    expect(runRequest(script, settings).program).not.toHaveProperty('arguments');
    const called = withArguments(script, ['a', '--n=1']);
    expect(runRequest(called, settings).program).toMatchObject({ arguments: ['a', '--n=1'] });
    expect(() => withArguments(object, ['a'])).toThrow(wrong('only scripts take arguments'));
  });

  test('an object goes in base64', () => {
    const object = { kind: 'object', object: Buffer.from([0x7f, 0x45]), name: 'x.bpf.o' } as const;
    expect(runRequest(object, settings).program).toEqual({ kind: 'object', object: 'f0U=' });
  });

  test.each([
    [{ for: '0' }, '--for 0: must be more than zero'],
    [{ for: '0ms' }, '--for 0ms: must be more than zero'],
    [{ for: '10' }, '--for 10: is no duration'],
    [{ for: 'soon' }, '--for soon: is no duration'],
    [{ every: '-1s' }, '--every -1s: is no duration'],
    [{ soak: '1s' }, '--soak: goes with --canary'],
    [{ canary: '1', soak: 'long' }, '--soak long: is no duration'],
    [{ canary: '1', maxFailures: '2' }, '--max-failures 2: give a share'],
    [{ at: 'noon' }, '--at noon: is no time'],
    [{ limit: 'cpu=1' }, 'there is no limit "cpu"'],
    [{ limit: 'constructor=1' }, 'there is no limit "constructor"'],
    [{ limit: 'overhead=1' }, '--limit overhead=1: give a share'],
    [{ limit: 'events=many' }, 'give a number a second'],
    [{ limit: 'probes=0' }, 'give a number of probes'],
    [{ limit: 'map=much' }, 'give an amount of memory'],
    [{ limit: 'map=0' }, 'give an amount of memory'],
  ])('%j', (part, message) => {
    expect(() => runRequest(script, { ...settings, ...part })).toThrow(wrong(message));
  });

  test.each([
    ['map=4096', 4096],
    ['map=1KiB', 1024],
    ['map=1GiB', 1024 ** 3],
  ])('%s', (text, mapBytes) => {
    expect(parseLimits(text)).toEqual({ mapBytes });
  });
});

describe('scripts that are wrong', () => {
  const program = { kind: 'script', source: 'BEGIN { @x = cuont(); }', name: 'stdin' } as const;

  test('are marked where they are, before anything is sent', async () => {
    const error = await validateProgram(program).catch((found: unknown) => found);
    expect(error).toBeInstanceOf(CliError);
    expect(error).toMatchObject({ status: 4, message: 'The script has 1 error; nothing was started.' });
    expect((error as CliError).report).toMatch(
      /^stdin:1:14-\d+: ERROR: .*cuont.*\nBEGIN \{ @x = cuont\(\); \}\n {13}~+/,
    );
  });

  test('pass where only a node can tell', async () => {
    expect(
      await validateProgram({ kind: 'script', source: 'tracepoint:a:b { @[args.c] = count(); }', name: 'stdin' }),
    ).toEqual([]);
  });

  test('are marked the same where a node refused them', async () => {
    const found = { code: 'unknown-field', message: 'no', hint: null, line: 1, column: 9, endLine: 1, endColumn: 11 };
    const { report } = await refusedProgram(program, [
      { ...found, severity: 'error' },
      { ...found, severity: 'warning' },
    ]);
    expect(report).toBe('stdin:1:9-11: ERROR: no\nBEGIN { @x = cuont(); }\n        ~~');
  });
});

test.each([
  ['complete', false, 0],
  ['complete', true, 0],
  ['partial', false, 0],
  ['partial', true, 2],
  ['cancelled', true, 2],
  ['failed', false, 3],
  ['failed', true, 3],
] as const)('a session that ended %s, strict %s: exit %i', (state, strict, status) => {
  expect(exitStatus(state, strict)).toBe(status);
});

describe('printedText', () => {
  const event = { node: 'n\u001b', at: '', type: 'printf' as const, text: 'a\u001b[31m\nb\n', values: [] };

  test.each([
    [false, false, 'a\u001b[31m\nb\n'],
    [false, true, 'a\\x1b[31m\nb\n'],
    [true, true, 'n\\x1b: a\\x1b[31m\nn\\x1b: b\n'],
  ])('several nodes %s, terminal %s', (several, terminal, text) => {
    expect(printedText(event, several, terminal)).toBe(text);
  });
});

test('progressText', () => {
  const resource = {
    session: { state: 'running', startedAt: '2026-01-01T00:00:00Z' },
    for: '10s',
    queue: null,
    answer: {
      targets: 3,
      complete: 1,
      partial: 0,
      failed: 0,
      offline: 0,
      skipped: 0,
      nodes: [
        { state: 'complete', produced: 1000 },
        { state: 'running', produced: '234' },
        { state: 'pending', produced: 0 },
      ],
    },
  } as unknown as SessionResource;
  const at = (seconds: number) => Date.parse('2026-01-01T00:00:00Z') + seconds * 1000;
  expect(progressText(resource, at(3.9))).toBe('running 3 s of 10 s, 1 of 3 nodes running, 1 ended, 1,234 records');
  expect(progressText(resource, at(12))).toMatch(/^running, collecting what is left after 10 s/);
  const queue = { position: 2, startsAt: '2026-01-01T00:01:00.000Z', waitsFor: 'the hardware counters' };
  expect(progressText({ ...resource, queue }, at(0))).toBe(
    'waiting for the hardware counters, number 2 in line, at most 60 s to go',
  );
});

describe('LiveBlock', () => {
  /** A terminal that understands what the block writes: line feeds, "up n" and "erase below". */
  class Screen {
    readonly columns = 10;
    readonly rows = 4;
    lines: string[] = [''];
    write(text: string): boolean {
      const esc = String.fromCharCode(27);
      for (const part of text.split(new RegExp(`(${esc}\\[\\d+A\r${esc}\\[J|\n)`))) {
        const up = part.startsWith(esc) ? /(\d+)A/.exec(part) : null;
        if (up) {
          this.lines = [...this.lines.slice(0, this.lines.length - 1 - Number(up[1])), ''];
        } else if (part === '\n') {
          this.lines.push('');
        } else {
          const line = `${this.lines.pop()}${part}`;
          this.lines.push(...(line.match(/.{1,10}/g) ?? ['']));
        }
      }
      return true;
    }
  }

  test('stays below what scrolls by, and goes without a trace', () => {
    const screen = new Screen();
    const block = new LiveBlock(screen);
    block.show('one\ntwo\n');
    block.above(() => screen.write('printed\n'));
    expect(screen.lines).toEqual(['printed', 'one', 'two', '']);
    block.show('a line that wraps\n');
    expect(screen.lines).toEqual(['printed', 'a line tha', 't wraps', '']);
    block.show('1\n2\n3\n4\n5\n');
    expect(screen.lines).toEqual(['printed', '3', '4', '5', '']);
    block.clear();
    expect(screen.lines).toEqual(['printed', '']);
  });

  test('passes on what is printed where there is no terminal', () => {
    const printed: string[] = [];
    const block = new LiveBlock(null);
    block.show('one\n');
    block.above(() => printed.push('x'));
    expect(printed).toEqual(['x']);
  });
});
