import type { DataLayout } from '@bpfleet/compiler';
import { formatSymbol, kernelFrame, userSymbols } from '@bpfleet/kernel';
import { inetText, macText } from './render-address.ts';

type RenderedData = Extract<DataLayout, { kind: 'rendered' }>;

/** The text of a value that user space knows how to show. */
export function renderValue(data: RenderedData, bytes: Buffer, at: number): string {
  const word = bytes.readBigUInt64LE(at);
  switch (data.as) {
    case 'ksym':
      return formatSymbol(kernelFrame(word));
    case 'usym':
      return formatSymbol(userSymbols().resolve(Number(bytes.readBigUInt64LE(at + 8)), word));
    case 'inet':
      return inetText(Number(word), bytes.subarray(at + 8, at + 24));
    case 'mac':
      return macText(bytes.subarray(at, at + 6));
    default:
      return `0x${word.toString(16)}`;
  }
}
