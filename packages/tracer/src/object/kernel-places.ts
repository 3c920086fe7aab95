import { existsSync } from 'node:fs';
import { hasFeature, hasKernelSymbol, kernelTypes, tracepointFormat } from '@bpfleet/kernel';
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
      return hasFeature('kprobe') && hasKernelSymbol(name) ? null : `function ${name} to probe`;
    }
    case 'fentry':
    case 'fexit':
    case 'fmod_ret':
      return hasFeature('fentry') && kernelTypes()?.function(place) !== undefined ? null : `function ${place} to trace`;
    case 'tp_btf':
    case 'raw_tp':
    case 'raw_tracepoint': {
      const types = kernelTypes();
      if (types === null) return kind === 'tp_btf' ? 'types (CONFIG_DEBUG_INFO_BTF)' : null;
      return types.named(`btf_trace_${place}`) === undefined ? `tracepoint ${place}` : null;
    }
    case 'tracepoint':
    case 'tp': {
      const [category = '', event = ''] = place.split('/');
      return tracepointFormat(category, event) === null ? `tracepoint ${place}` : null;
    }
    case 'uprobe':
    case 'uretprobe':
    case 'usdt': {
      const [path = ''] = place.split(':');
      return path.startsWith('/') && !existsSync(path) ? `file ${path}` : null;
    }
    default:
      return null;
  }
}
