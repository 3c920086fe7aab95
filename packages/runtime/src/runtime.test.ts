import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConfigError, loadConfig, parseConfig, SettingError } from './config.ts';
import { DurationError, formatDuration, parseDuration } from './duration.ts';
import { prettyLine } from './logger.ts';

describe('parseDuration', () => {
  test.each([
    ['10s', 10_000],
    ['1m30s', 90_000],
    ['250ms', 250],
    ['0.5h', 1_800_000],
    [' 2d ', 172_800_000],
    ['0s', 0],
  ])('%s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each(['', '10', 's', '10 s', '-1s', '1s,', '1w', '1e3s', '99999999999999999d', '10sx'])('%j is none', (text) => {
    expect(() => parseDuration(text)).toThrow(DurationError);
  });

  test('reads what formatDuration writes', () => {
    fc.assert(
      fc.property(fc.nat(10 ** 12), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms);
      }),
    );
  });
});

describe('parseConfig', () => {
  const validate = (settings: Record<string, unknown>) => {
    const rest = settings.rest as { port?: unknown } | undefined;
    if (typeof rest?.port !== 'number') {
      throw new SettingError(['rest', 'port'], 'must be a number');
    }
    return rest.port;
  };

  test('gives the validated settings', () => {
    expect(parseConfig('rest:\n  port: 7070\n', 'c.yaml', validate)).toBe(7070);
    expect(parseConfig('{"rest": {"port": 1}}', 'c.json', validate)).toBe(1);
  });

  test.each([
    ['a wrong value', '# comment\nrest:\n  port: x\n', 'c.yaml:3: rest.port: must be a number'],
    ['a missing value', '# comment\nrest:\n  host: x\n', 'c.yaml:2: rest.port: must be a number'],
    ['an empty file', '', 'c.yaml: rest.port: must be a number'],
    ['bad YAML', 'rest:\n  - [\n', /^c\.yaml:\d+: /],
    ['no settings', '- 1\n', 'c.yaml:1: must be a list of settings, KEY: VALUE'],
    ['a key twice', 'a: 1\na: 2\n', /^c\.yaml:2: .*unique/],
    [
      'an alias bomb',
      `a0: &a0 [1]\n${Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`)}]\n`).join('')}`,
      /^c\.yaml: Excessive alias/,
    ],
  ])('%s', (_, text, message) => {
    expect(() => parseConfig(text, 'c.yaml', validate)).toThrow(ConfigError);
    expect(() => parseConfig(text, 'c.yaml', validate)).toThrow(message);
  });

  test('a file that is not there', () => {
    expect(() => loadConfig('/nonexistent.yaml', validate)).toThrow('/nonexistent.yaml: there is no such file');
  });
});

test('prettyLine', () => {
  const line =
    '{"level":"info","time":"2026-01-02T03:04:05.678Z","pid":1,"name":"agent","n":5,"s":"a b","msg":"hello"}';
  expect(prettyLine(line)).toBe('03:04:05.678 INFO agent: hello n=5 s="a b"\n');
});

describe('onShutdown', () => {
  const shutdown = fileURLToPath(new URL('./shutdown.ts', import.meta.url));
  const run = async (callback: string, ...signals: NodeJS.Signals[]) => {
    const script = `import { onShutdown } from ${JSON.stringify(shutdown)};
      const alive = setInterval(() => {}, 1000);
      onShutdown(${callback});
      console.log('ready');`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
      if (output.split('\n').length - 1 <= signals.length) {
        child.kill(signals[output.split('\n').length - 2]);
      }
    });
    const [code] = await once(child, 'close');
    return { code, output };
  };

  test('runs the callback at the first signal', async () => {
    const { code, output } = await run(`(signal) => { console.log(signal); clearInterval(alive); }`, 'SIGTERM');
    expect({ code, output }).toEqual({ code: 0, output: 'ready\nSIGTERM\n' });
  });

  test('does not wait after the second', async () => {
    const { code, output } = await run(`(signal) => { console.log(signal); }`, 'SIGTERM', 'SIGINT');
    expect({ code, output }).toEqual({ code: 130, output: 'ready\nSIGTERM\n' });
  });
});
