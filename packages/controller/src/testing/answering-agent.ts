import { timestampFromMs } from '@bpfleet/contracts';
import type { ScriptedAgent } from './scripted-agent.ts';

const pingMs = 1_000;

/** Has an agent stay connected, say of every program that it would load, and have one probe. Nobody else may read its messages. */
export function answerChecks(agent: ScriptedAgent): void {
  const pinging = setInterval(
    () => agent.send({ case: 'ping', value: { sentAt: timestampFromMs(Date.now()) } }),
    pingMs,
  );
  void Promise.all([answerAll(agent), listProbes(agent)]).finally(() => clearInterval(pinging));
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

async function listProbes(agent: ScriptedAgent): Promise<void> {
  for (;;) {
    const question = await agent.next('probes').catch(() => undefined);
    if (question === undefined) {
      return;
    }
    const response = { matched: 1, probes: [{ name: 'tracepoint:sched:sched_switch' }] };
    agent.send({ case: 'probes', value: { requestId: question.requestId, response } });
  }
}
