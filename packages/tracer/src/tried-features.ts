import type { KernelFeature } from '@bpfleet/compiler';
import { hasFeature } from '@bpfleet/kernel';

/** Those of the features that this kernel has. Each is tried when it is asked for: most scripts need few. */
export function triedFeatures(all: readonly KernelFeature[]): ReadonlySet<KernelFeature> {
  const whole = () => new Set(all.filter(hasFeature));
  return {
    has: (feature) => all.includes(feature) && hasFeature(feature),
    get size() {
      return whole().size;
    },
    entries: () => whole().entries(),
    keys: () => whole().keys(),
    values: () => whole().values(),
    forEach(visit) {
      for (const feature of whole()) visit(feature, feature, this);
    },
    [Symbol.iterator]: () => whole()[Symbol.iterator](),
  };
}
