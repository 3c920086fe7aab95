import type { DataLayout } from '@bpfleet/compiler';
import { kernelSymbols } from '@bpfleet/kernel';

type RenderedData = Extract<DataLayout, { kind: 'rendered' }>;

/** The text of a value that user space knows how to show. */
export function renderValue(data: RenderedData, bytes: Buffer, at: number): string {
  switch (data.as) {
    case 'ksym':
      return symbolText(bytes.readBigUInt64LE(at));
    case 'mac':
      return Array.from(bytes.subarray(at, at + 6), (byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join(
        ':',
      );
    default:
      return `0x${bytes.readBigUInt64LE(at).toString(16)}`;
  }
}

function symbolText(address: bigint): string {
  return kernelSymbols().find(address).symbol;
}
