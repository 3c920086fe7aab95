import { timestampFromMs } from '@bpfleet/contracts';
import type { ScriptedAgent } from './scripted-agent.ts';

const pingMs = 1_000;

/** Has an agent stay connected and say of every program that it would load. Nobody else may read its messages. */
export function answerChecks(agent: ScriptedAgent): void {
  const pinging = setInterval(
    () => agent.send({ case: 'ping', value: { sentAt: timestampFromMs(Date.now()) } }),
    pingMs,
  );
  void answerAll(agent).finally(() => clearInterval(pinging));
}

/** Until the stream ends. */
async function answerAll(agent: ScriptedAgent): Promise<void> {
  for (;;) {
    const question = await agent.next('check').catch(() => undefined);
    if (question === undefined) {
      return;
    }
    agent.send({ case: 'check', value: { requestId: question.requestId, response: { loads: true } } });
  }
}
