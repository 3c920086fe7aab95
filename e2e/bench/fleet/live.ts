import type { ResultDocument } from '@bpfleet/aggregate';
import type { Lab } from '@bpfleet/testkit';
import type { FleetProcess } from '@bpfleet/testkit/simulator';
import { allDelivered, startSession } from './simulated-session.ts';

/** Enough windows that a percentile is not the worst one. */
const seconds = 40;

/**
 * How far the live stream is behind, milliseconds, one sample a window: from a window's end until a streamed document has what all
 * agents counted up to it. One frame of every agent is one window, so the document's records tell how many windows are in it.
 */
export async function liveLags(lab: Lab, fleet: FleetProcess, agents: number): Promise<number[]> {
  const shape = { nodes: 'all', for: `${seconds}s`, every: '1s' };
  const { id } = await startSession(lab, fleet, shape, agents);
  const response = await fetch(`${lab.url}/api/v1/sessions/${id}/stream`, {
    headers: { ...lab.authorization, accept: 'text/event-stream' },
  });
  if (!response.ok || !response.body) throw new Error(`the stream answers ${response.status}`);
  const shown: { at: number; stored: number }[] = [];
  let rest = '';
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
    const events = (rest + text).split('\n\n');
    rest = events.pop() ?? '';
    for (const event of events.filter((each) => each.includes('event: results'))) {
      const { answer } = JSON.parse(event.slice(event.indexOf('data: ') + 6)) as ResultDocument;
      shown.push({ at: Date.now(), stored: answer.nodes.reduce((sum, node) => sum + Number(node.stored), 0) });
    }
  }
  await allDelivered(fleet);
  // With the smallest windows each frame is one record.
  const firstEnd = Math.ceil((shown[0]?.at ?? 0) / 1000) * 1000;
  const before = shown.findLast(({ at }) => at < firstEnd)?.stored ?? 0;
  const lags: number[] = [];
  for (let window = 0; window < seconds - 3; window++) {
    const end = firstEnd + 1000 * window;
    const complete = shown.find(({ at, stored }) => at >= end && stored >= before + agents * (window + 1));
    if (complete) lags.push(complete.at - end);
  }
  return lags;
}
