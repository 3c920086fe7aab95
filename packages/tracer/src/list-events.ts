import type { Btf } from '@bpfleet/bpf';
import { hardwareEvents, rawEvents, rawFunction, softwareEvents } from '@bpfleet/compiler';
import { availableTracepoints, hasFeature, kernelTypes } from '@bpfleet/kernel';
import { readFormat } from './compile-env.ts';
import { functionArguments } from './list-functions.ts';
import type { ListedProbe, ProbeCandidate } from './listed-probe.ts';

/** What can be had of a provider whose number or name the script adds: bpftrace shows these as they stand. */
export function* timerProbes(provider: string): Generator<ProbeCandidate> {
  for (const unit of ['hz', 'ms', 's', 'us']) yield { name: `${provider}:${unit}:` };
}

export function* counterProbes(provider: string): Generator<ProbeCandidate> {
  const events = provider === 'software' ? softwareEvents : hardwareEvents;
  const names = events.flatMap(({ name, alias }) => (alias === undefined ? [name] : [name, alias]));
  for (const name of names.map((event) => `${provider}:${event}:`).sort()) yield { name };
}

export function* tracepointProbes(): Generator<ProbeCandidate> {
  for (const { category, event } of availableTracepoints()) {
    yield { name: `tracepoint:${category}:${event}`, arguments: () => tracepointArguments(category, event) };
  }
}

export function* rawTracepointProbes(): Generator<ProbeCandidate> {
  const types = kernelTypes();
  const source = {
    tracepoints: { tracepoint: readFormat, list: availableTracepoints },
    ...(types === null ? {} : { types }),
  };
  for (const event of [...new Set(rawEvents(source))].sort()) {
    yield {
      name: `rawtracepoint:vmlinux:${event}`,
      arguments: () => (types === null ? [] : functionArguments(types, rawFunction(event, { types }))),
    };
  }
}

/** Those with a structure for their context; looking for one takes long, so only that of a name that matches is looked for. */
export function* iteratorProbes(): Generator<ProbeCandidate> {
  const types = hasFeature('iter') ? kernelTypes() : null;
  if (types === null) return;
  for (const name of types.functions().toSorted()) {
    const iterator = /^bpf_iter_(\w+)$/.exec(name)?.[1];
    if (iterator === undefined) continue;
    const record = () => types.record('struct', `bpf_iter__${iterator}`);
    yield {
      name: `iter:${iterator}`,
      exists: () => record() !== undefined,
      arguments: () => contextFields(types, record() ?? 0),
    };
  }
}

/** Without `meta`, which all have. Pointers lie in unions, which make them 8 bytes on every machine. */
function contextFields(types: Btf, record: number): ListedProbe['arguments'] {
  return types.members(record).flatMap(({ name, type }) => {
    const inner = types.resolve(type);
    const [field] = name === '' && inner.kind === 'record' ? types.members(inner.id) : [{ name, type }];
    return field === undefined || field.name === 'meta' ? [] : [{ name: field.name, type: types.text(field.type) }];
  });
}

export function* selfProbes(): Generator<ProbeCandidate> {
  yield { name: 'self:signal:SIGUSR1' };
}

function tracepointArguments(category: string, event: string): ListedProbe['arguments'] {
  return (readFormat(category, event)?.fields ?? []).map(({ type, name, length }) => ({
    type,
    name: length === undefined ? name : `${name}[${length}]`,
  }));
}
