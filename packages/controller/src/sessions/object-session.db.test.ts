import { createHash } from 'node:crypto';
import { carriedManifest, readObject } from '@bpfleet/bpf';
import { Manifest_Outcome } from '@bpfleet/contracts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { minimalObject } from '../../../bpf/src/elf/minimal-object.test-kit.ts';
import { startTestServer, TestController, type TestServer } from '../testing/test-controller.ts';

let server: TestServer;
let controller: TestController;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  controller = await TestController.start(server);
});
afterEach(() => controller.stop());

const object = Buffer.from(minimalObject());
const programOf = (bytes: Buffer) => ({ kind: 'object', object: bytes.toString('base64') });

describe('a session with an ELF object', () => {
  it('gives the nodes its very bytes, and shows its digest', async () => {
    const agent = await controller.agent('a');
    const created = controller.call<{ session: { id: string } }>('POST', '/sessions', { program: programOf(object) });
    const { requestId, request } = await agent.next('check');
    const source = { case: 'object', value: object };
    expect(request?.program?.source).toEqual(source);
    const diagnostics = [{ severity: 2, code: 'unsupported', message: 'records of events are not read yet' }];
    agent.send({ case: 'check', value: { requestId, response: { loads: true, diagnostics } } });
    const { status, body } = await created;
    expect(status).toBe(202);
    expect(body).toMatchObject({
      session: { program: { kind: 'object', digest: `sha256:${createHash('sha256').update(object).digest('hex')}` } },
      warnings: [{ severity: 'warning', message: 'records of events are not read yet' }],
    });
    const { assignments } = await agent.next('desired');
    expect(assignments[0]?.program?.source).toEqual(source);
    const { body: list } = await controller.call<{ items: object[] }>('GET', '/sessions');
    expect(list.items).toMatchObject([{ session: { program: { kind: 'object' } } }]);
  });

  it('shows what a node has found out since, beside what it was told at first', async () => {
    const agent = await controller.agent('a');
    const created = controller.call<{ session: { id: string } }>('POST', '/sessions', { program: programOf(object) });
    const { requestId } = await agent.next('check');
    const warning = (message: string) => ({ severity: 2, code: 'unsupported', message });
    agent.send({ case: 'check', value: { requestId, response: { loads: true, diagnostics: [warning('first')] } } });
    const { id } = (await created).body.session;
    await agent.next('desired');
    const diagnostics = [warning('first'), warning('later')];
    agent.send({
      case: 'manifest',
      value: { sessionId: id, bootEpoch: 1n, outcome: Manifest_Outcome.COMPLETE, diagnostics },
    });
    await expect
      .poll(async () => (await controller.call<{ warnings: object[] }>('GET', `/sessions/${id}`)).body.warnings)
      .toMatchObject([{ message: 'first' }, { message: 'later' }]);
  });

  it('gives the nodes an object that carries its manifest', async () => {
    const agent = await controller.agent('a');
    const manifest = { outputs: { hists: { merge: 'hist' } } };
    const program = { ...programOf(object), manifest };
    const created = controller.call<{ session: { id: string } }>('POST', '/sessions', { program });
    const { requestId, request } = await agent.next('check');
    const sent = request?.program?.source;
    const sections = readObject(sent?.case === 'object' ? sent.value : new Uint8Array());
    expect(carriedManifest(sections)).toEqual({ manifest });
    agent.send({ case: 'check', value: { requestId, response: { loads: true } } });
    expect((await created).status).toBe(202);
  });

  it.each([
    [
      'a wrong manifest',
      { manifest: { outputs: { hists: { merge: 'all' } } } },
      '/program/manifest/outputs/hists/merge',
    ],
    ['a parameter that it does not have', { parameters: { targ_pid: 7 } }, '/program/parameters/targ_pid'],
  ])('is refused: %s', async (_, settings, pointer) => {
    const answer = await controller.call('POST', '/sessions', { program: { ...programOf(object), ...settings } });
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ code: 'invalid_program', pointer });
  });

  it.each([
    ['no base64', '%%%', 400, '/program/object'],
    ['no object', Buffer.from('BEGIN {}').toString('base64'), 422, '/program/object'],
    ['a damaged object', object.subarray(0, 300).toString('base64'), 422, '/program/object'],
  ])('is refused: %s', async (_, bytes, status, pointer) => {
    const answer = await controller.call('POST', '/sessions', { program: { kind: 'object', object: bytes } });
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ pointer });
  });

  it('is refused where the programs of a node would not fit one message', async () => {
    const agent = await controller.agent('a');
    const large = programOf(Buffer.concat([object, Buffer.alloc(2 * 1024 * 1024 - object.length)]));
    await controller.session([agent], { program: large });
    await controller.session([agent], { program: large });
    const third = await controller.call('POST', '/sessions', { program: large });
    expect(third.status).toBe(413);
    expect(third.body).toMatchObject({ code: 'payload_too_large', detail: expect.stringContaining('5242880 bytes') });
  });
});
