import { type DataLayout, signalText, syscallTable } from '@bpfleet/compiler';
import { bootToWall, formatSymbol, kernelFrame, nodeIdentity, userSymbols } from '@bpfleet/kernel';
import { cgroupPath } from './cgroup-path.ts';
import { errorText } from './error-text.ts';
import { formatTime } from './format-time.ts';
import { inetText, macText } from './render-address.ts';
import { userName } from './user-name.ts';

type RenderedData = Extract<DataLayout, { kind: 'rendered' }>;

/** The text of a value that user space knows how to show. */
export function renderValue(data: RenderedData, bytes: Buffer, at: number): string {
  const word = bytes.readBigUInt64LE(at);
  switch (data.as) {
    case 'ksym':
      return formatSymbol(kernelFrame(word));
    case 'usym':
      return formatSymbol(userSymbols().resolve(Number(bytes.readBigUInt64LE(at + 8)), word));
    case 'username':
      return userName(bytes.readUInt32LE(at));
    case 'cgroup-path':
      return cgroupPath(word, data.text);
    case 'timestamp':
      return timestampText(data.text ?? '', word);
    case 'strerror':
      return errorText(bytes.readInt32LE(at));
    case 'signal-name':
      return signalText(bytes.readInt32LE(at));
    case 'syscall-name':
      return syscallText(bytes.readInt32LE(at));
    case 'inet':
      return inetText(Number(word), bytes.subarray(at + 8, at + 24));
    case 'mac':
      return macText(bytes.subarray(at, at + 6));
  }
}

/** Measured once, so that the same time always has the same text. */
let boot: bigint | undefined;

/** `ns`: of CLOCK_BOOTTIME. */
function timestampText(format: string, ns: bigint): string {
  boot ??= bootToWall();
  const wall = boot + ns;
  return formatTime(format, Number(wall / 1_000_000n), Number(wall % 1_000_000_000n));
}

function syscallText(number: number): string {
  const { arch } = nodeIdentity();
  const table = arch === 'x86-64' || arch === 'arm64' ? syscallTable(arch) : undefined;
  return table?.name(number) ?? 'Unknown syscall';
}
