import { type MapState, renderMap, renderMapJson, scalarJson, stringJson } from '@bpfleet/aggregate';
import type { TraceEvent } from '@bpfleet/tracer';

/** What text is written to. */
export interface TextSink {
  write(text: string): unknown;
}

/** How a trace's output is written: as bpftrace 0.27 does with `-f text` and `-f json`, byte for byte. */
export interface TraceOutput {
  attached(probes: number): { readonly stream: 'out' | 'err'; readonly text: string };
  event(event: TraceEvent): string;
  /** Whether an event is for standard error. */
  isError(event: TraceEvent): boolean;
  lost(count: bigint): string;
  /** Once, when the trace is over. */
  end(maps: readonly MapState[]): string;
}

export const textOutput: TraceOutput = {
  attached: (probes) => ({ stream: 'err', text: `Attached ${probes} ${probes === 1 ? 'probe' : 'probes'}\n` }),
  // What a command printed is ended by a line feed of bpftrace's own.
  event: ({ type, text }) => (type === 'syscall' ? `${text}\n` : text),
  isError: ({ type }) => type === 'errorf' || type === 'warnf' || type === 'helper' || type === 'complaint',
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
      case 'join':
        return `{"type": "join", "data": ${scalarJson(event.values[0] ?? '')}}\n`;
      case 'time':
      case 'cat':
      case 'syscall':
        return `{"type": "${event.type}", "data": ${stringJson(event.text)}}\n`;
      case 'errorf':
      case 'warnf': {
        const { file = '', line = 0, column = 0 } = event.where ?? {};
        const message = scalarJson(event.values[0] ?? '');
        return `{"type": "${event.type}", "msg": ${message}, "filename": ${stringJson(file)}, "line": ${line}, "col": ${column}}\n`;
      }
      case 'helper': {
        const { file = '', line = 0, column = 0 } = event.where ?? {};
        const { name = '', result = 0 } = event.helper ?? {};
        const message = scalarJson(event.values[0] ?? '');
        return `{"type": "helper_error", "msg": ${message}, "helper": "${name}", "retcode": ${result}, "filename": ${stringJson(file)}, "line": ${line}, "col": ${column}}\n`;
      }
      case 'complaint':
        return event.text;
    }
  },
  isError: ({ type }) => type === 'complaint',
  lost: (count) => `{"type":"lost_events", "count":${count}}\n`,
  end: (maps) =>
    byName(maps)
      .map((map) => renderMapJson(map))
      .join(''),
};

/** Writes events in their order, in as few writes as there are changes of stream. */
export function writeEvents(
  output: TraceOutput,
  events: readonly TraceEvent[],
  { out, err }: { readonly out: TextSink; readonly err: TextSink },
): void {
  let stream = out;
  let text = '';
  for (const event of events) {
    const wanted = output.isError(event) ? err : out;
    if (wanted !== stream && text !== '') {
      stream.write(text);
      text = '';
    }
    stream = wanted;
    text += output.event(event);
  }
  if (text !== '') stream.write(text);
}

function byName(maps: readonly MapState[]): MapState[] {
  return [...maps].sort((a, b) => (a.schema.name < b.schema.name ? -1 : 1));
}
