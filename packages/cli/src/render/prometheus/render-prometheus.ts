import type { ResultDocument } from '@bpfleet/client';
import { type GroupedBy, mapFamily, sampleNames } from './map-family.ts';
import { exposition, type MetricFamily } from './metric-family.ts';

const states = ['complete', 'partial', 'failed', 'offline', 'skipped'] as const;

/**
 * The last values of a session as Prometheus reads them from a scrape, a Pushgateway or node_exporter's textfile
 * collector: a family each map, and how many of the nodes answered, without which no value can be judged.
 */
export function renderPrometheus({ answer, maps }: Pick<ResultDocument, 'answer' | 'maps'>, by: GroupedBy): string {
  const families: MetricFamily[] = [
    {
      name: 'bpfleet_answer_nodes',
      type: 'gauge',
      help: 'Nodes of the session by how they answered.',
      metrics: states.map((state) => ({
        labels: [['state', state]],
        samples: [{ suffix: '', labels: [], value: String(answer[state]) }],
      })),
    },
    {
      name: 'bpfleet_answer_targets',
      type: 'gauge',
      help: 'Nodes that the session was for.',
      metrics: [{ labels: [], samples: [{ suffix: '', labels: [], value: String(answer.targets) }] }],
    },
  ];
  const taken = new Set(families.flatMap(sampleNames));
  for (const map of maps) {
    const family = mapFamily(map, by);
    let name = family.name;
    for (let number = 2; sampleNames({ ...family, name }).some((each) => taken.has(each)); number++) {
      name = `${family.name}_${number}`;
    }
    for (const each of sampleNames({ ...family, name })) taken.add(each);
    if (family.metrics.length > 0) families.push({ ...family, name });
  }
  return exposition(families);
}
