import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readObject } from '@bpfleet/bpf';
import { expect, test } from 'vitest';

const main = resolve(import.meta.dirname, '../main.ts');
const NOTIFY = '__BPFTRACE_NOTIFY_PROBES_ATTACHED';

/** Runs `bpfleet local` as a process; `signal` is sent once everything is attached. */
async function local(words: string[], options: { env?: object; stdin?: string; signal?: NodeJS.Signals } = {}) {
  const child = spawn(process.execPath, ['--conditions=bpfleet-source', main, 'local', ...words], {
    env: { ...process.env, ...options.env },
  });
  child.stdin.end(options.stdin ?? '');
  let out = '';
  let err = '';
  let { signal: toSend } = options;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    if (toSend === undefined || !out.includes(NOTIFY)) return;
    child.kill(toSend);
    toSend = undefined;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const [status, signal] = await once(child, 'close');
  return { out, err, status, signal };
}

/** Expected texts and statuses are what bpftrace 0.27.1 gave here. */
test('text: what is attached on stderr, then the output, two line ends and the maps', async () => {
  expect(await local(['-e', 'BEGIN { printf("hi\\n"); @a = 1; exit(); }'])).toMatchObject({
    out: 'hi\n\n\n@a: 1\n',
    err: 'Attached 1 probe\n',
    status: 0,
  });
});

test('json: everything on stdout', async () => {
  expect(await local(['-f', 'json', '-e', 'BEGIN { printf("hi\\n"); @a = 1; exit(); }'])).toMatchObject({
    out:
      '{"type": "attached_probes", "count": 1, "data": {"probes": 1}}\n' +
      '{"type": "printf", "data": "hi\\n"}\n{"type": "map", "data": {"@a": 1}}\n',
    err: '',
  });
});

test('the word that harnesses wait for comes before what BEGIN prints', async () => {
  const { out } = await local(['-e', 'BEGIN { printf("hi\\n"); exit(); }'], { env: { [NOTIFY]: '1' } });
  expect(out).toBe(`${NOTIFY}\nhi\n\n\n`);
});

test('print_maps_on_exit, the name of our own process, and a script without probes', async () => {
  const script = 'config = { print_maps_on_exit = false } BEGIN { @a = 1; print(comm); }';
  expect(await local(['-e', script])).toMatchObject({ out: 'bpftrace\n\n\n', status: 0 });
  expect(await local(['-'], { stdin: '// nothing\n' })).toMatchObject({
    out: 'No probes to attach\n',
    err: '',
    status: 1,
  });
});

test('--emit-elf writes the programs to a file, and the script runs all the same', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bpfleet-local-'));
  try {
    const file = join(folder, 'x.bpf.o');
    expect(await local(['--emit-elf', file, '-e', 'BEGIN { @ = 1; exit(); }'])).toMatchObject({
      out: '\n\n@: 1\n',
      status: 0,
    });
    expect(readObject(readFileSync(file)).map(({ name }) => name)).toContain('raw_tracepoint');
    const unsafe = join(folder, 'unsafe.bpf.o');
    await local(['--unsafe', '--emit-elf', unsafe, '-e', 'BEGIN { system("true"); exit(); }']);
    expect(readObject(readFileSync(unsafe)).length).toBeGreaterThan(0);
    expect(await local(['--emit-elf', join(folder, 'no', 'x'), '-e', 'BEGIN { exit(); }'])).toMatchObject({
      err: expect.stringMatching(/^ERROR: Failed to write ".*": ENOENT/),
      status: 1,
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('types of the kernel, by name and as C declares them', async () => {
  expect(await local(['-l', 'struct list_hea*,enum pid_type'])).toMatchObject({
    out: 'struct list_head\nenum pid_type\n',
  });
  const { out } = await local(['-lv', 'struct list_head,union sigval,struct shrinker']);
  expect(out).toContain(
    'vmlinux: struct list_head {\n\tstruct list_head *next;\n\tstruct list_head *prev;\n};\n\n' +
      'vmlinux: union sigval {\n\tint sival_int;\n\tvoid *sival_ptr;\n};\n\nvmlinux: struct shrinker {\n',
  );
  expect(out).toContain('\tlong unsigned int (*count_objects)(struct shrinker *, struct shrink_control *);\n');
});

test('a map that is full: told at once with its place, and as JSON', async () => {
  const script = 'BEGIN { @a[1] = 1; @a[2] = 2; }';
  const env = { BPFTRACE_MAX_MAP_KEYS: '1' };
  const { err } = await local(['-q', '-e', script], { env });
  expect(err).toMatch(/^stdin:1:20-29: WARNING: Map full; can't update element\..*\n/);
  expect(err).toMatch(/\nAdditional Info - helper: map_update_elem, retcode: -7\nBEGIN .*\n {19}~{9}\n$/);
  expect((await local(['-q', '-f', 'json', '-e', script], { env })).out).toBe(
    '{"type": "helper_error", "msg": "Argument list too long", "helper": "map_update_elem", "retcode": -7, ' +
      '"filename": "stdin", "line": 1, "col": 20}\n{"type": "map", "data": {"@a": {"1": 1}}}\n',
  );
});

test('of a tool, sums of nothing are left out, as a controller leaves them out', async () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'local-')), 'held');
  try {
    mkdirSync(folder);
    const manifest = {
      name: 'held',
      summary: 'What is held',
      area: 'memory',
      overhead: 'low',
      example: 'bpfleet run held',
    };
    const variants = [{ script: 'held.bt', kernels: '>=5.4' }];
    writeFileSync(
      join(folder, 'tool.yaml'),
      JSON.stringify({ ...manifest, variants, outputs: [{ map: '@', summary: 'Sums' }] }),
    );
    writeFileSync(join(folder, 'README.md'), '# held\n');
    writeFileSync(
      join(folder, 'held.bt'),
      'BEGIN { @["freed"] = sum(5); @["freed"] = sum(-5); @["held"] = sum(5); exit(); }',
    );
    expect(await local(['-q', folder])).toMatchObject({ out: '\n\n@[held]: 5\n', err: '', status: 0 });
  } finally {
    rmSync(join(folder, '..'), { recursive: true });
  }
});

test('a script on stdin, its output in a file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'local-'));
  try {
    const file = join(folder, 'out');
    const { out } = await local(['-', '-o', file], { stdin: 'BEGIN { printf("hi\\n"); exit(); }' });
    expect([out, readFileSync(file, 'utf8')]).toEqual(['', 'hi\n\n\n']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.each(['SIGINT', 'SIGTERM'] as const)('%s ends it in good order', async (signal) => {
  const script = 'BEGIN { @a = 1; } interval:s:100 { @b = 1; } END { printf("end\\n"); }';
  const { out, status } = await local(['-q', '-e', script], { env: { [NOTIFY]: '1' }, signal });
  expect({ out, status }).toEqual({ out: `${NOTIFY}\nend\n\n\n@a: 1\n`, status: 0 });
});

test('a second signal ends it while it prints for a reader who does not read', async () => {
  // More than pipes hold.
  const script = 'BEGIN { for ($i : 0..100000) { @[$i] = 1000000000; } } interval:s:100 { }';
  const child = spawn(process.execPath, ['--conditions=bpfleet-source', main, 'local', '-q', '-e', script], {
    env: { ...process.env, BPFTRACE_MAX_MAP_KEYS: '100000', [NOTIFY]: '1' },
  });
  await once(child.stdout, 'readable');
  expect(`${child.stdout.read()}`).toBe(`${NOTIFY}\n`);
  child.kill('SIGINT');
  await once(child.stdout, 'readable');
  child.kill('SIGINT');
  expect(await once(child, 'exit')).toEqual([null, 'SIGINT']);
});

test('a command of PATH is called by the name that was written', async () => {
  const script = 'tracepoint:syscalls:sys_enter_execve /pid == cpid/ { join(args.argv, "|"); @ = count(); }';
  const { out } = await local(['-e', script, '-c', 'echo a']);
  expect(out.split('\n').sort().join(' ').trim()).toBe('@: 1 a echo|a');
});

test('-c: the command starts when all is attached, and its end ends the trace', async () => {
  const script = 'tracepoint:syscalls:sys_enter_execve /comm == "sh"/ { @execs = count(); } interval:s:100 { }';
  const { out, err, status } = await local(['-v', '-e', script, '-c', '/bin/echo from  child']);
  expect(out).toBe('from child\n\n\n@execs: 1\n');
  expect(err).toContain('Child exited with code: 0\n');
  expect(status).toBe(0);
});

test('-c: a command that is still running is ended', async () => {
  const { err, status } = await local(['-v', '-e', 'interval:ms:1 { exit(); }', '-c', '/bin/sleep 1000']);
  expect(err).toContain('Child terminated by signal: 15\n');
  expect(status).toBe(0);
});

test('-c with BEGIN alone waits for the command', async () => {
  const { out } = await local(['-q', '-e', 'BEGIN { }', '-c', '/bin/echo done']);
  expect(out).toBe('done\n\n\n');
});

test.each([
  [['-e', 'BEGIN { @ = nosuch; }'], 1, /^stdin:1:13-19: ERROR: .*\nBEGIN \{ @ = nosuch; \}\n {12}~~~~~~\n/],
  [['/nosuch.bt'], 1, /^ERROR: failed to open file '\/nosuch.bt': No such file or directory\n$/],
  [['-c', 'nosuch', '-e', 'BEGIN { }'], 1, /^ERROR: Failed to fork child: Path 'nosuch' does not exist/],
  [['-p', 'a1', '-e', 'BEGIN { }'], 1, /^ERROR: Failed to parse pid: invalid integer: a1\n$/],
  [['-f', 'xml', '-e', 'BEGIN { }'], 1, /^ERROR: Invalid output format "xml"\nValid formats: 'text', 'json'\n$/],
])('%j is refused', async (words, expected, message) => {
  const { out, err, status } = await local(words);
  expect([out, status]).toEqual(['', expected]);
  expect(err).toMatch(message);
});

test('-p: ends with the process', async () => {
  const watched = spawn('/bin/sleep', ['1000']);
  const running = local(['-q', '-p', `${watched.pid}`, '-e', 'interval:s:100 { } END { printf("end\\n"); }']);
  watched.kill();
  // Whether it had ended before the trace looked for it is a race that both sides of are right.
  expect((await running).out).toMatch(/^(end\n\n\n)?$/);
});

test('-l lists what a script would be attached to', async () => {
  const script = 'BEGIN { } i:s:1, software:cpu:100 { } tracepoint:syscalls:sys_enter_open_* { } END { }';
  const { out } = await local(['-l', '-e', script]);
  expect(out.split('\n').slice(0, 3)).toEqual([
    'interval:s:',
    'software:cpu:',
    'tracepoint:syscalls:sys_enter_open_by_handle_at',
  ]);
  expect(out).not.toContain('BEGIN');
});

test('--test: what a test prints stands with it, and a test that fails is an error', async () => {
  const script = 'test:good { return 0; } test:bad { printf("why\\n"); return 1; }';
  const { out, status } = await local(['--test', '-f', 'json', '-e', script]);
  expect(
    out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).data),
  ).toMatchObject([{ good: { passed: true, output: '' } }, { bad: { passed: false, output: 'why\n' } }]);
  expect(status).toBe(1);
});

test('after exit() nothing is printed but by END', async () => {
  const probe = 'tracepoint:raw_syscalls:sys_enter /pid == cpid/ { printf("once\\n"); exit(3); }';
  const { out, status } = await local(['-q', '-e', `${probe} END { printf("end\\n"); }`, '-c', '/usr/bin/env']);
  expect(out.split('\n').filter((line) => line === 'once' || line === 'end')).toEqual(['once', 'end']);
  expect(status).toBe(3);
});
