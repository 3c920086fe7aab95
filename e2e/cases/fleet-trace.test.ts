import { describe, expect, it } from 'vitest';
import { countCalls, document, ended, map, startSession } from './session.ts';
import { threeAgents } from './three-agents.ts';

describe('three agents, one script', () => {
  const fleet = threeAgents({ alpha: { rack: 'one' }, beta: { rack: 'one' }, gamma: { rack: 'two' } });

  it('counts exactly what the workload did, on every node, and the merge is the sum', async () => {
    const { lab, workload } = fleet;
    const before = await workload.calls(0);
    const id = await startSession(lab, countCalls(workload.pid), 5);
    const made = (await workload.calls(100_000)) - before;
    const merged = await ended(lab, id);

    expect(merged.session.state).toBe('complete');
    expect(merged.answer).toMatchObject({ targets: 3, complete: 3, partial: 0, failed: 0, offline: 0, skipped: 0 });
    for (const node of merged.answer.nodes) {
      expect(node.produced).toBe(node.stored);
      expect(Number(node.produced)).toBeGreaterThan(0);
    }
    expect(map(merged, '@calls').entries).toEqual([{ key: [], value: made * 3, nodes: 3 }]);
    expect(map(merged, '@sum').entries).toEqual([{ key: [], value: made * 6, nodes: 3 }]);
    expect(map(merged, '@ret').entries[0]?.count).toBe(made * 3);

    const byNode = await document(lab, id, 'node');
    expect(map(byNode, '@calls').entries.map(({ group, value }) => [group, value])).toEqual([
      ['alpha', made],
      ['beta', made],
      ['gamma', made],
    ]);
    const byRack = await document(lab, id, 'label:rack');
    expect(map(byRack, '@calls').entries.map(({ group, value }) => [group, value])).toEqual([
      ['one', made * 2],
      ['two', made],
    ]);
    const windows = map(await document(lab, id, 'window'), '@calls').entries;
    expect(windows.reduce((sum, { value }) => sum + Number(value), 0)).toBe(made * 3);
  });

  it('targets by selector and says what it left out', async () => {
    const { lab } = fleet;
    const { code, stdout } = await lab.cli(
      'run',
      'BEGIN { printf("here\\n"); exit(); }',
      '--nodes',
      'rack=two',
      '--for',
      '5s',
      '-o',
      'json',
    );
    expect(code).toBe(0);
    const result = JSON.parse(stdout);
    expect(result.answer).toMatchObject({ targets: 1, complete: 1 });
    expect(result.output).toMatchObject([{ node: 'gamma', type: 'printf', text: 'here\n' }]);
  });

  it('cancels cleanly', async () => {
    const { lab, workload } = fleet;
    const id = await startSession(lab, countCalls(workload.pid), 300);
    expect((await lab.cli('cancel', id)).code).toBe(0);
    const result = await ended(lab, id);
    expect(result.session.state).toBe('cancelled');
    const { targets, complete, partial, failed, offline, skipped } = result.answer;
    expect(complete + partial + failed + offline + skipped).toBe(targets);
  });
});
