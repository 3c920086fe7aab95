import { connect } from 'node:http2';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { serverName } from '../fleet/certificate-authority.ts';
import { count, countSchema, frame, type ScriptedAgent, type TestIdentity } from '../testing/scripted-agent.ts';
import { startTestServer, TestController, type TestServer } from '../testing/test-controller.ts';

/* What a node does that is broken, or in other hands, harms no other node and nothing that is stored. */

const MiB = 2 ** 20;

let server: TestServer;
let controller: TestController;
let good: ScriptedAgent;
let bad: ScriptedAgent;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  controller = await TestController.start(server);
  good = await controller.agent('good');
  bad = await controller.agent('bad');
});
afterEach(async () => {
  for (const agent of [good, bad]) agent.close();
  await controller.stop();
});

interface Answer {
  readonly answer: { readonly nodes: readonly { name: string; state: string; produced: number; stored: number }[] };
  readonly maps: readonly { readonly entries: readonly { key: string[]; value: number; nodes: number }[] }[];
}

async function ends(agent: ScriptedAgent, sessionId: string, lastSeq: bigint, produced: bigint): Promise<void> {
  agent.manifest({ sessionId, bootEpoch: 1n, firstSeq: 1n, lastSeq, produced, outcome: 1 });
  await agent.next('manifestAck');
}

/** Sends the start of a message of so many bytes, and goes on with its bytes. Resolves with what was sent when the stream ended. */
function sendWithoutEnd({ keyPem, certificatePem, caPem }: TestIdentity, length: number) {
  const client = connect(`https://${controller.running.agentAddress}`, {
    ...{ key: keyPem, cert: certificatePem, ca: caPem, servername: serverName, minVersion: 'TLSv1.3' },
  });
  return new Promise<{ sent: number; status: string }>((resolve, reject) => {
    client.once('error', reject);
    const stream = client.request({
      ':method': 'POST',
      ':path': '/bpfleet.fleet.v1.FleetService/Connect',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    const header = Buffer.alloc(5);
    header.writeUInt32BE(length, 1);
    let sent = 0;
    let status = 'none';
    const more = () => {
      while (!stream.destroyed && sent < length) {
        sent += MiB;
        if (!stream.write(Buffer.alloc(MiB))) return;
      }
    };
    stream.on('drain', more);
    stream.on('response', (headers) => (status = String(headers['grpc-status'] ?? status)));
    stream.on('trailers', (headers) => (status = String(headers['grpc-status'] ?? status)));
    stream.on('error', () => undefined);
    stream.once('end', () => {
      client.destroy();
      resolve({ sent, status });
    });
    stream.resume();
    stream.write(header);
    more();
  });
}

it('a message of 2 GiB is refused when it begins', async () => {
  const { sent, status } = await sendWithoutEnd(bad.identity, 2 ** 31 - 1);
  // RESOURCE_EXHAUSTED
  expect(status).toBe('8');
  expect(sent).toBeLessThan(64 * MiB);
  good.send({ case: 'ping', value: {} });
  await good.next('pong');
});

describe('a session on a good node and a bad one', () => {
  const answer = async (id: string) => (await controller.call<Answer>('GET', `/sessions/${id}/results`)).body;
  const part = ({ answer: { nodes } }: Answer, name: string) => nodes.find((node) => node.name === name);

  it('a flood, each frame twice, is stored once, while the other is acknowledged', async () => {
    const id = await controller.session([good, bad]);
    for (const agent of [good, bad]) agent.running(id, [countSchema]);
    const flood = Array.from({ length: 1_500 }, (_, index) => frame(id, BigInt(index + 1), [count('flood', 1n)]));
    for (let at = 0; at < flood.length; at += 50) {
      const some = flood.slice(at, at + 50);
      bad.frames(...some);
      bad.frames(...some);
    }
    good.frames(frame(id, 1n, [count('good', 7n)]));
    expect((await good.next('ack')).seq).toBe(1n);
    await ends(good, id, 1n, 1n);
    while ((await bad.next('ack')).seq < 1_500n) {
      // More is on its way.
    }
    await ends(bad, id, 1_500n, 1_500n);
    const found = await answer(id);
    expect(part(found, 'bad')).toMatchObject({ state: 'complete', produced: 1_500, stored: 1_500 });
    expect(found.maps[0]?.entries).toEqual([
      { key: ['good'], value: 7, nodes: 1 },
      { key: ['flood'], value: 1_500, nodes: 1 },
    ]);
  });

  it.each([
    ['an hour ahead', 3_600_000],
    ['an hour behind', -3_600_000],
  ])('a clock that is %s costs nothing', async (_, offMs) => {
    const id = await controller.session([good, bad]);
    for (const agent of [good, bad]) agent.running(id, [countSchema]);
    const now = Math.floor(Date.now() / 1_000) * 1_000;
    good.frames(frame(id, 1n, [count('k', 1n)], [], now));
    bad.frames(frame(id, 1n, [count('k', 2n)], [], now + offMs));
    for (const agent of [good, bad]) {
      await agent.next('ack');
      await ends(agent, id, 1n, 1n);
    }
    const found = await answer(id);
    expect(found.answer).toMatchObject({ complete: 2, targets: 2 });
    expect(found.maps[0]?.entries).toEqual([{ key: ['k'], value: 3, nodes: 2 }]);
  });

  it('a clock that is days off has its frames refused with a reason, and its part does not look whole', async () => {
    const id = await controller.session([good, bad]);
    for (const agent of [good, bad]) agent.running(id, [countSchema]);
    bad.frames(frame(id, 1n, [count('k', 2n)], [], Date.now() + 3 * 86_400_000));
    expect((await bad.next('refusal')).reason).toContain('not within a day');
    await ends(bad, id, 1n, 1n);
    good.frames(frame(id, 1n, [count('k', 1n)]));
    await good.next('ack');
    await ends(good, id, 1n, 1n);
    const found = await answer(id);
    expect(part(found, 'bad')).toMatchObject({ produced: 1, stored: 0 });
    expect(part(found, 'bad')?.state).not.toBe('complete');
    expect(found.maps[0]?.entries).toEqual([{ key: ['k'], value: 1, nodes: 1 }]);
  });
});
