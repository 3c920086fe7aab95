import { existsSync } from 'node:fs';
import { hasFeature, hasKernelSymbol, kernelTypes, tracepointFormat, whyMissing } from '@bpfleet/kernel';
import type { KernelPlaces } from './choose-programs.ts';

/** The places of this kernel that sections name. */
export const kernelPlaces: KernelPlaces = { hasFeature, missing };

function missing(section: string): string | null {
  const slash = section.indexOf('/');
  const [kind, place] = slash < 0 ? [section, ''] : [section.slice(0, slash), section.slice(slash + 1)];
  switch (kind.replace(/\.s$/, '')) {
    case 'kprobe':
    case 'kretprobe': {
      const name = place.replace(/\+.*/, '');
      return whyMissing('kprobe') ?? (hasKernelSymbol(name) ? null : `this kernel has no function ${name} to probe`);
    }
    case 'fentry':
    case 'fexit':
    case 'fmod_ret':
      if (!hasFeature('fentry'))
        return `this kernel does not let programs trace its functions: ${whyMissing('fentry')}`;
      return kernelTypes()?.function(place) === undefined ? `this kernel has no function ${place} to trace` : null;
    case 'tp_btf':
    case 'raw_tp':
    case 'raw_tracepoint': {
      const types = kernelTypes();
      if (types === null) return kind === 'tp_btf' ? 'this kernel has no types (CONFIG_DEBUG_INFO_BTF)' : null;
      return types.named(`btf_trace_${place}`) === undefined ? `this kernel has no tracepoint ${place}` : null;
    }
    case 'tracepoint':
    case 'tp': {
      const [category = '', event = ''] = place.split('/');
      return tracepointFormat(category, event) === null ? `this kernel has no tracepoint ${place}` : null;
    }
    case 'uprobe':
    case 'uretprobe':
    case 'usdt': {
      const [path = ''] = place.split(':');
      return path.startsWith('/') && !existsSync(path) ? `there is no file ${path}` : null;
    }
    default:
      return null;
  }
}
