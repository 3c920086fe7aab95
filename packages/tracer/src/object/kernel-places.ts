import { existsSync, readFileSync } from 'node:fs';
import {
  hasFeature,
  isPatchable,
  kernelNeededAt,
  kernelTypes,
  mayReadModuleTypes,
  nodeIdentity,
  type SymbolOwner,
  symbolOwner,
  tracepointFormat,
  whyMissing,
} from '@bpfleet/kernel';
import type { KernelPlaces } from './choose-programs.ts';
import { tooManyArguments } from './too-many-arguments.ts';

/** What is asked of this kernel. */
interface Asked {
  readonly ownerOf: SymbolOwner;
  readonly mayReadModules: () => boolean;
  readonly isPatchable: (name: string) => boolean | null;
}

/** The places of this kernel that sections name, as they are now. */
export function kernelPlaces(asked: Partial<Asked> = {}): KernelPlaces {
  const all = { ownerOf: symbolOwner(), mayReadModules: mayReadModuleTypes, isPatchable, ...asked };
  return { hasFeature, missing: (section) => missing(section, all) };
}

/** Whether programs are among what the kernel asks at its hooks: attached they are in any case, and without that never run. Null where it does not say. */
function asksPrograms(): boolean | null {
  try {
    return readFileSync('/sys/kernel/security/lsm', 'latin1').trim().split(',').includes('bpf');
  } catch {
    return null;
  }
}

function missing(section: string, { ownerOf, mayReadModules, isPatchable }: Asked): string | null {
  /** What libbpf makes a program for by its type: of modules it has to look for that. */
  const ofTypes = (isKnown: boolean, symbol: string, lacking: string) => {
    if (isKnown) return null;
    if (ownerOf(symbol) !== 'module') return lacking;
    const why = `${place} is of a module, whose types only a process with CAP_SYS_ADMIN can have`;
    return mayReadModules() ? null : `${why}: kprobe/ and raw_tp/ need none`;
  };
  const slash = section.indexOf('/');
  const [kind, place] = slash < 0 ? [section, ''] : [section.slice(0, slash), section.slice(slash + 1)];
  const tooOld = kernelNeededAt(section, nodeIdentity().kernel);
  if (tooOld !== null) return tooOld;
  switch (kind.replace(/\.s$/, '')) {
    case 'kprobe':
    case 'kretprobe': {
      const name = place.replace(/\+.*/, '');
      return whyMissing('kprobe') ?? (ownerOf(name) === null ? `this kernel has no function ${name} to probe` : null);
    }
    case 'ksyscall':
    case 'kretsyscall':
      return whyMissing('kprobe');
    case 'fentry':
    case 'fexit':
    case 'fmod_ret':
      if (!hasFeature('fentry'))
        return `this kernel does not let programs trace its functions: ${whyMissing('fentry')}`;
      return (
        ofTypes(kernelTypes()?.function(place) !== undefined, place, `this kernel has no function ${place} to trace`) ??
        (isPatchable(place) === false ? `this kernel has ${place}, but no room in it for a tracer (notrace)` : null) ??
        tooManyArguments(place, kernelTypes()?.function(place)?.parameters.length ?? 0, nodeIdentity())
      );
    case 'lsm':
    case 'lsm_cgroup':
      // Such programs are attached as those of functions are, to one that the kernel has for each hook.
      if (!hasFeature('fentry'))
        return `this kernel does not let programs trace its functions: ${whyMissing('fentry')}`;
      if (kernelTypes()?.function(`bpf_lsm_${place}`) === undefined)
        return `this kernel has no hook ${place} for programs`;
      return asksPrograms() === false
        ? 'this kernel asks no programs at its hooks: the list of what it asks (lsm= on its command line) has no "bpf"'
        : null;
    case 'tp_btf':
    case 'raw_tp':
    case 'raw_tracepoint': {
      const types = kernelTypes();
      if (types === null) return kind === 'tp_btf' ? 'this kernel has no types (CONFIG_DEBUG_INFO_BTF)' : null;
      const isKnown = types.named(`btf_trace_${place}`) !== undefined;
      const symbol = `__tracepoint_${place}`;
      if (kind !== 'tp_btf' && ownerOf(symbol) === 'module') return null;
      return ofTypes(isKnown, symbol, `this kernel has no tracepoint ${place}`);
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
