import type { MapType } from '@bpfleet/bpf';
import type { MapOutput } from '../output-layout.ts';
import type { Type } from './type.ts';

/** A map of the script as it lies in the kernel. Sizes in bytes. */
export interface MapLayout extends MapOutput {
  readonly type: MapType;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  /** `void` where there is no key. */
  readonly keyType: Type;
  readonly valueType: Type;
}
