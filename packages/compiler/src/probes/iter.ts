import { ProgramType } from '@bpfleet/bpf';
import { didYouMean } from '../source/did-you-mean.ts';
import type { ProbeProvider } from './provider.ts';
import { requireFeature } from './required-feature.ts';

const usage = 'iter:task';

/** The structure that a program of an iterator is given is called this, then the iterator's name. */
const CONTEXT = 'bpf_iter__';

/** `iter:task`: runs once for each object of a kind that the kernel has, then the probe is done. */
export const iter: ProbeProvider = {
  name: 'iter',
  aliases: ['it'],
  usage,
  expand(point, context) {
    const { env, diagnostics } = context;
    const [, name = '', ...rest] = point.parts;
    const fail = (message: string, hint?: string | (() => string | undefined)) => {
      diagnostics.error('invalid-probe', point.span, message, hint);
      return [];
    };
    if (rest.length > 0) return fail('iterators are not pinned to files', `write ${usage}`);
    if (name === '') return fail("iter should specify a iterator's name", `write ${usage}`);
    const target = (record: number | undefined, btfId: number) => ({
      name: `iter:${name}`,
      programType: ProgramType.TRACING,
      attach: { kind: 'iter', iterator: name, btfId } as const,
      context: { kind: 'iterator', ...(record === undefined ? {} : { record }) } as const,
    });
    if (env.tracepoints === null) return [target(undefined, 0)];
    if (!requireFeature('iter', point, context)) return [];
    const record = env.types?.record('struct', `${CONTEXT}${name}`);
    const found = env.types?.function(`bpf_iter_${name}`);
    if (record !== undefined && found !== undefined) return [target(record, found.id)];
    const names = (env.types?.functions() ?? []).flatMap((one) =>
      one.startsWith('bpf_iter_') && env.types?.record('struct', `${CONTEXT}${one.slice(9)}`) !== undefined
        ? [one.slice(9)]
        : [],
    );
    const hint = () => didYouMean(name, names) ?? `there are ${names.join(', ')}`;
    return fail(`iter ${name} not available for your kernel version.`, hint);
  },
};
