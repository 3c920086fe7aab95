import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { renderMap } from '@bpfleet/aggregate';
import { describe, expect, test } from 'vitest';
import { loadTrace } from './index.ts';

/** The language's case files: a program, what runs while it is attached, and what it must print. */
const folder = new URL('../../compiler/cases/', import.meta.url);

interface Case {
  readonly title: string;
  readonly program: string;
  /** A command of the shell, started before the trace and let go once it is attached. */
  readonly run?: string;
  readonly output: string;
}

/** `== title`, the program, `-- run` and a command, `-- output` and the text. */
function parseCases(text: string): Case[] {
  return text
    .split(/^== /m)
    .slice(1)
    .map((part) => {
      const [head = '', ...sections] = part.split(/^-- /m);
      const [title = '', ...program] = head.split('\n');
      const section = (name: string) => sections.find((s) => s.startsWith(`${name}\n`))?.slice(name.length + 1);
      const run = section('run');
      const output = (section('output') ?? '').trimEnd();
      return { title, program: program.join('\n'), output, ...(run === undefined ? {} : { run }) };
    });
}

const killNumber = process.arch === 'x64' ? 62 : 129;

async function run({ program, run: command }: Case): Promise<string> {
  const values: Record<string, string> = { node: process.execPath, kill: `${killNumber}` };
  const fill = (text: string) => text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => values[name] ?? '');
  const child = spawn('/bin/sh', ['-c', `read go; ${fill(command ?? 'true')}`], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const exited = once(child, 'exit');
  values.pid = `${child.pid}`;
  try {
    const trace = await loadTrace({ kind: 'script', source: fill(program), allow: { unsafe: true, readFiles: true } });
    try {
      trace.attach();
      child.stdin.write('go\n');
      await exited;
      trace.detach();
      const events = trace.drain().map(({ text }) => text);
      return [...events, ...trace.readMaps().map((map) => renderMap(map))].join('');
    } finally {
      trace.close();
    }
  } finally {
    child.kill('SIGKILL');
  }
}

for (const file of readdirSync(folder).sort()) {
  describe(file.replace('.txt', ''), () => {
    for (const one of parseCases(readFileSync(new URL(file, folder), 'utf8'))) {
      test(one.title, async () => {
        expect((await run(one)).trimEnd()).toBe(one.output);
      });
    }
  });
}
