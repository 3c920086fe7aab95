import { type Labels, labelSet } from './label-set.ts';

export type MetricType = 'counter' | 'gauge' | 'histogram' | 'summary';

/** Metrics of one name. */
export interface MetricFamily {
  readonly name: string;
  readonly type: MetricType;
  readonly help: string;
  readonly metrics: readonly Metric[];
}

/** What one set of labels has: one sample of counters and gauges, several of the others. */
export interface Metric {
  readonly labels: Labels;
  readonly samples: readonly MetricSample[];
}

export interface MetricSample {
  /** What the family's name is followed by: `_bucket`, or nothing. */
  readonly suffix: string;
  readonly labels: Labels;
  /** A number as text. */
  readonly value: string;
}

/**
 * Families in the text format of Prometheus, version 0.0.4:
 * https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format. Labels that are the same after escaping
 * get a label `duplicate` more, for one series twice makes a reader refuse all.
 */
export function exposition(families: readonly MetricFamily[]): string {
  return families.map(familyText).join('');
}

function familyText({ name, type, help, metrics }: MetricFamily): string {
  const seen = new Map<string, number>();
  const lines = metrics.flatMap((metric) => {
    const id = labelSet(metric.labels);
    const times = (seen.get(id) ?? 0) + 1;
    seen.set(id, times);
    const labels = times === 1 ? metric.labels : [...metric.labels, ['duplicate', String(times)] as const];
    return metric.samples.map(
      (sample) => `${name}${sample.suffix}${labelSet([...labels, ...sample.labels])} ${sample.value}\n`,
    );
  });
  const told = help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return `# HELP ${name} ${told}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}
