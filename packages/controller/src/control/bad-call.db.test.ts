import * as contracts from '@bpfleet/contracts';
import { type DescService, toRpcError } from '@bpfleet/contracts';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { answerChecks } from '../testing/answering-agent.ts';
import { callAny } from '../testing/any-call.ts';
import { anyMessage } from '../testing/message-arbitrary.ts';
import type { ScriptedAgent } from '../testing/scripted-agent.ts';
import { startTestServer, TestController, type TestServer } from '../testing/test-controller.ts';

const numRuns = 60;

const methods = Object.values(contracts as Record<string, unknown>)
  .filter(
    (value): value is DescService =>
      (value as { kind?: unknown }).kind === 'service' &&
      (value as DescService).typeName.startsWith('bpfleet.control.v1.'),
  )
  .flatMap((service) => service.methods.map((method) => ({ service, method, name: method.name })));

let server: TestServer;
let controller: TestController;
let agent: ScriptedAgent;
beforeAll(async () => {
  server = await startTestServer();
  controller = await TestController.start(server);
  agent = await controller.agent('a', { zone: 'a' });
  answerChecks(agent);
});
afterAll(async () => {
  agent.close();
  await controller.stop();
  await server.stop();
});

// The controller has nothing to be blamed for, whatever it is asked.
it.each(methods)('$name of any message is answered, and what is wrong with it told', async ({ service, method }) => {
  const metadata = { authorization: `Bearer ${controller.running.bootstrapAdminToken}` };
  const allowed = [
    'OK',
    'INVALID_ARGUMENT',
    'NOT_FOUND',
    'FAILED_PRECONDITION',
    'ALREADY_EXISTS',
    'RESOURCE_EXHAUSTED',
  ];
  await fc.assert(
    fc.asyncProperty(anyMessage(method.input), async (message) => {
      const answer = await callAny(service, controller.running.grpcAddress, method.localName, message, metadata).then(
        () => ({ code: 'OK', message: '' }),
        (error: unknown) => toRpcError(error),
      );
      expect(allowed, answer.message).toContain(answer.code);
    }),
    { numRuns },
  );
});
