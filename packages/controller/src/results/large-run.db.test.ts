import type { MapDelta, ResultDocument } from '@bpfleet/aggregate';
import { Manifest_Outcome } from '@bpfleet/contracts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { countSchema, frame } from '../testing/scripted-agent.ts';
import { startTestServer, TestController, type TestServer } from '../testing/test-controller.ts';

let server: TestServer;
let controller: TestController;
beforeAll(async () => {
  server = await startTestServer();
  controller = await TestController.start(server);
});
afterAll(async () => {
  await controller.stop();
  await server.stop();
});

const keys = 200;
/** Some 200 KB of keys, as stacks are: of 8 such groups all are known after 8 frames. */
const group = (index: number) => index % 8;
const deltaOf = (index: number): MapDelta => ({
  map: 0,
  entries: Array.from({ length: keys }, (_, key) => ({
    key: [`${group(index)}`.padEnd(1_000 + key, '.')],
    cells: new Map([[0, 1n]]),
  })),
});

/** How many keys of each group have which value. */
function told({ maps }: ResultDocument): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { key, value } of maps[0]?.entries ?? []) {
    const name = `${String(key[0]).replace(/\.*$/, '')} x ${value}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

it('frames that wait beside a large rollup are in every document, and in none twice', async () => {
  const agent = await controller.agent('a');
  const id = await controller.session([agent]);
  const document = async () => (await controller.call<ResultDocument>('GET', `/sessions/${id}/results`)).body;
  agent.running(id, [countSchema]);
  const waits: boolean[] = [];
  for (let seq = 1; seq <= 18; seq++) {
    agent.frames(frame(id, BigInt(seq), [deltaOf(seq)]));
    expect(await agent.next('ack')).toMatchObject({ seq: BigInt(seq) });
    const groups = [...new Set(Array.from({ length: seq }, (_, index) => group(index + 1)))];
    const times = (each: number) =>
      Array.from({ length: seq }, (_, index) => group(index + 1)).filter((g) => g === each);
    expect(told(await document())).toEqual(
      Object.fromEntries(groups.map((each) => [`${each} x ${times(each).length}`, keys])),
    );
    const [run] = await controller.source.query('select waiting_bytes > 0 as waits from run where session_id = $1', [
      id,
    ]);
    waits.push(run.waits);
  }
  // Small at first; later waiting and rolled up by turns.
  expect([waits[0], waits.includes(true), waits.lastIndexOf(false) > waits.indexOf(true)]).toEqual([false, true, true]);
  agent.manifest({
    sessionId: id,
    bootEpoch: 1n,
    firstSeq: 1n,
    lastSeq: 18n,
    produced: BigInt(18 * keys),
    outcome: Manifest_Outcome.COMPLETE,
  });
  await agent.next('manifestAck');
  expect((await document()).session.state).toBe('complete');
  agent.close();
});
