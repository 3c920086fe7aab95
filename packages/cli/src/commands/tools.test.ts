import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { playController, send } from './played-controller.test-kit.ts';
import { bpfleet } from './run-command.test-kit.ts';

const folder = mkdtempSync(join(tmpdir(), 'bpfleet-tools-'));
afterAll(() => rmSync(folder, { recursive: true }));

const tool = {
  name: 'opens',
  summary: 'Opens by process',
  area: 'files',
  overhead: 'low',
  digest: 'sha256:0',
  parameters: [{ name: 'pid', type: 'integer', summary: 'Only this process', position: 1, default: 0, min: 0, max: 9 }],
  outputs: [{ map: '@opens', summary: 'Files opened', unit: 'calls', keys: ['comm'] }],
  columns: null,
  variants: [{ name: 'opens', source: 'BEGIN { $p = getopt("pid", 0); }', kernels: '>=5.4', arch: [], needs: '' }],
  related: [],
  example: 'bpfleet run opens',
  documentation: '',
};
const answer = { targets: 1, complete: 1, partial: 0, failed: 0, offline: 0, skipped: 0, nodes: [] };
const summary = {
  id: 's1',
  state: 'complete',
  program: { kind: 'script', digest: 'sha256:1', tool: { name: 'opens', digest: 'sha256:0', parameters: {} } },
  startedAt: null,
  endedAt: null,
  interval: '1s',
};
const results = {
  session: summary,
  answer,
  maps: [{ name: '@opens', kind: 'count', key: ['string'], entries: [{ key: ['sh'], value: 1234, nodes: 1 }] }],
  output: [],
};

const made = { session: summary, answer, nodes: 'all', for: '1s', warnings: [], schedule: null, queue: null };
const controller = playController();
let bodies: unknown[];
beforeEach(() => {
  bodies = [];
  controller.routes = {
    'GET /api/v1/tools': send(200, { items: [tool], version: 'x', nextCursor: null }),
    'GET /api/v1/tools/opens': send(200, tool),
    'GET /api/v1/sessions/s1/results': send(200, results),
    'POST /api/v1/sessions': (request, response) => {
      bodies.push(JSON.parse(request.body));
      send(202, made)(request, response);
    },
  };
});

/** A tool of one's own. */
function ownTool(over = ''): string {
  const own = join(folder, `${Math.random()}`, 'mine');
  mkdirSync(own, { recursive: true });
  const manifest =
    'name: mine\nsummary: x\narea: cpu\noverhead: low\nvariants:\n  - { script: mine.bt, kernels: ">=5.4" }\nexample: x\n';
  writeFileSync(join(own, 'tool.yaml'), `${manifest}${over}`);
  writeFileSync(join(own, 'mine.bt'), 'BEGIN { }');
  return own;
}

describe('run', () => {
  test.each<[string[], object]>([
    [['opens'], {}],
    [['opens', '--', '--pid', '5'], { pid: '5' }],
    [['opens', '--', 'pid=5'], { pid: '5' }],
    [['opens', '--', '5'], { pid: '5' }],
  ])('%j', async (words, parameters) => {
    expect(await bpfleet('run', '--detach', ...words)).toMatchObject({ status: 0, out: 's1\n' });
    expect(bodies).toMatchObject([{ program: { kind: 'tool', name: 'opens', parameters } }]);
  });

  test.each<[string[], RegExp]>([
    [['opns'], /^no tool opns; did you mean opens\?/],
    [['opens', '--', '--pid', '10'], /pid: must be a whole number from 0 to 9\n"bpfleet tools opens"/],
    [['opens', '--', '--pdi', '1'], /--pdi: is no parameter of opens; did you mean pid\?/],
    [['opens', '-p', 'x=1'], /-p x=1: parameters of a tool come after "--"/],
  ])('%j is refused, and nothing is sent', async (words, message) => {
    const { status, err } = await bpfleet('run', ...words);
    expect(status).toBe(4);
    expect(err).toMatch(message);
    expect(bodies).toEqual([]);
  });

  test('a folder of a tool is sent as its variants', async () => {
    expect((await bpfleet('run', '--detach', ownTool())).status).toBe(0);
    expect(bodies).toMatchObject([
      {
        program: {
          kind: 'variants',
          variants: [{ name: 'mine', source: 'BEGIN { }', kernels: '>=5.4' }],
          arguments: [],
        },
      },
    ]);
  });

  test('what is wrong in it is told by line', async () => {
    const { err, status } = await bpfleet('run', ownTool('ovehead: x\n'));
    expect([status, err]).toEqual([
      4,
      expect.stringMatching(/tool\.yaml:8:1: ovehead: is not known here; did you mean 'overhead'/),
    ]);
  });

  test('--show prints what would run, and asks no controller for a tool of its own library', async () => {
    vi.stubEnv('BPFLEET_URL', 'http://127.0.0.1:9');
    const { out, status } = await bpfleet('run', '--show', 'trace', '--', 'do_sys_openat2 "%s", arg2@user');
    expect([status, out]).toEqual([0, expect.stringMatching(/^kprobe:do_sys_openat2\n\{[\s\S]*str\(uptr\(arg1\)\)/)]);
  });
});

describe('tools', () => {
  test('by area', async () => {
    expect((await bpfleet('tools')).out).toBe('files\n  opens               Opens by process\n');
    expect(JSON.parse((await bpfleet('tools', '-o', 'json')).out)).toMatchObject({ items: [{ name: 'opens' }] });
  });

  test('one of them', async () => {
    const { out } = await bpfleet('tools', 'opens');
    for (const part of ['opens: Opens by process', '[--pid]', '0..9 (0)', '@opens[comm]', 'bpfleet run opens']) {
      expect(out).toContain(part);
    }
    expect((await bpfleet('tools', 'open')).err).toMatch(/no tool open; did you mean opens\?/);
  });

  test('without a controller, those of this installation', async () => {
    vi.stubEnv('BPFLEET_URL', 'http://127.0.0.1:9');
    const { out, err } = await bpfleet('tools');
    expect(out).toMatch(/^ {2}funccount /m);
    expect(err).toContain('No controller answers');
    expect((await bpfleet('tools', 'funcount')).err).toMatch(/no tool funcount; did you mean funccount\?/);
  });
});

test('results of a tool are read with its names and units', async () => {
  expect((await bpfleet('results', 's1')).out).toContain(
    '@opens: Files opened (count, calls)\nCOMM  CALLS  NODES\nsh    1,234      1\n',
  );
});
