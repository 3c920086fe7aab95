import { PassThrough } from 'node:stream';
import { type ConnectRequest, ConnectRequestSchema, connectionTimes, type MessageInitShape } from '@bpfleet/contracts';
import { createLogger } from '@bpfleet/runtime';
import { create } from '@bufbuild/protobuf';
import { expect, it, vi } from 'vitest';
import type { NodeRow } from '../fleet/node.entity.ts';
import { AgentStream, type ConnectCall, type StreamSurroundings } from './agent-stream.ts';

/** As many as are read ahead, and one that is being handled. */
const burst = 9;

function message(item: MessageInitShape<typeof ConnectRequestSchema>['item']): ConnectRequest {
  return create(ConnectRequestSchema, { item });
}

it('a node whose frames wait to be stored is not silent, and hears that its controller lives', async () => {
  let now = 0;
  const stored = Promise.withResolvers<{ refusals: []; committed: Promise<[]> }>();
  const sent: unknown[] = [];
  const call = Object.assign(new PassThrough({ objectMode: true }), {
    getPeer: () => 'test',
    write: (response: { readonly item: { readonly case: string } }) => sent.push(response.item.case),
  });
  const surroundings = {
    clock: { now: () => now },
    log: createLogger({ name: 'test', level: 'silent' }),
    agents: { add: () => undefined, remove: () => undefined },
    arrivals: { arrived: async () => 1n, left: async () => undefined },
    desired: { of: async () => [] },
    intake: { take: () => stored.promise },
  } as unknown as StreamSurroundings;
  const peer = { node: { id: 'n' } as NodeRow, until: new Date(0) };
  const stream = new AgentStream(call as unknown as ConnectCall, peer, surroundings, () => undefined);
  const says = (each: ConnectRequest) => call.emit('data', each);

  says(message({ case: 'hello', value: { nodeId: 'n', node: { name: 'n', arch: 'arm64', kernel: '6.1.0' } } }));
  await vi.waitFor(() => expect(stream.epoch).toBe(1n));
  for (let count = 0; count < burst; count++) says(message({ case: 'frames', value: {} }));
  expect(call.isPaused()).toBe(true);
  now += 10 * connectionTimes.leaseMs;
  expect(stream.isSilent).toBe(false);
  sent.length = 0;
  stream.reassure();
  expect(sent).toEqual(['pong']);

  stored.resolve({ refusals: [], committed: Promise.resolve([]) });
  await vi.waitFor(() => expect(call.isPaused()).toBe(false));
  expect(stream.isSilent).toBe(false);
  stream.reassure();
  expect(sent).toEqual(['pong']);
  now += connectionTimes.leaseMs + 1;
  expect(stream.isSilent).toBe(true);
});
