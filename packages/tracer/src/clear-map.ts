import type { MapOutput } from '@bpfleet/compiler';
import type { BpfMap } from '@bpfleet/kernel';

/** clear(@m): every entry goes. What programs count meanwhile may go with it, as with bpftrace. */
export function clearMap(output: MapOutput, map: BpfMap): void {
  if (output.keyless) {
    map.update(new Uint8Array(map.spec.keySize), new Uint8Array(map.stride * map.cpus));
    return;
  }
  for (const { key } of map.entries()) map.delete(key);
}

/** zero(@m): every entry stays, and is zero. */
export function zeroMap(output: MapOutput, map: BpfMap): void {
  const key = new Uint8Array(map.spec.keySize);
  const keyless = output.keyless ? map.lookup(key) : null;
  const entries = output.keyless ? (keyless === null ? [] : [{ key, value: keyless }]) : map.entries();
  const { set } = output.value;
  for (const entry of entries) {
    const zero = new Uint8Array(entry.value.length);
    for (let base = 0; set !== undefined && base < zero.length; base += map.stride) {
      zero.set(entry.value.subarray(base + set, base + set + 8), base + set);
    }
    map.update(entry.key, zero);
  }
}
