import { type MapState, renderMap, renderMapJson, scalarJson, stringJson } from '@bpfleet/aggregate';
import type { TraceEvent } from '@bpfleet/tracer';

/** How a trace's output is written: as bpftrace 0.27 does with `-f text` and `-f json`, byte for byte. */
export interface TraceOutput {
  attached(probes: number): { readonly stream: 'out' | 'err'; readonly text: string };
  event(event: TraceEvent): string;
  lost(count: bigint): string;
  /** Once, when the trace is over. */
  end(maps: readonly MapState[]): string;
}

export const textOutput: TraceOutput = {
  attached: (probes) => ({ stream: 'err', text: `Attached ${probes} ${probes === 1 ? 'probe' : 'probes'}\n` }),
  event: ({ text }) => text,
  lost: (count) => `Lost ${count} events\n`,
  end: (maps) =>
    `\n\n${byName(maps)
      .map((map) => renderMap(map))
      .join('')}`,
};

export const jsonOutput: TraceOutput = {
  attached: (probes) => ({
    stream: 'out',
    text: `{"type": "attached_probes", "count": ${probes}, "data": {"probes": ${probes}}}\n`,
  }),
  event: (event) => {
    switch (event.type) {
      case 'printf':
        return `{"type": "printf", "data": ${stringJson(event.text)}}\n`;
      case 'value':
        return `{"type": "value", "data": ${scalarJson(event.values[0] ?? '')}}\n`;
      case 'map':
        return event.map === undefined ? '' : renderMapJson(event.map.state, event.map);
    }
  },
  lost: (count) => `{"type":"lost_events", "count":${count}}\n`,
  end: (maps) =>
    byName(maps)
      .map((map) => renderMapJson(map))
      .join(''),
};

function byName(maps: readonly MapState[]): MapState[] {
  return [...maps].sort((a, b) => (a.schema.name < b.schema.name ? -1 : 1));
}
