/** A text that is no amount of what was asked for; the message is what it should be. */
export class AmountError extends Error {
  override readonly name = 'AmountError';
}

const byteUnits = { '': 1, B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const;

/** Bytes of `16MiB`; a number alone is bytes. Throws AmountError. */
export function parseBytes(text: string): number {
  const [, number, unit = ''] = /^(\d{1,12})(B|KiB|MiB|GiB)?$/.exec(text) ?? [];
  const bytes = Number(number) * byteUnits[unit as keyof typeof byteUnits];
  if (!(bytes > 0 && Number.isSafeInteger(bytes))) {
    throw new AmountError('give an amount of memory, such as 16MiB');
  }
  return bytes;
}

/** The shortest text that parseBytes reads as so many bytes. */
export function formatBytes(bytes: number): string {
  const unit = (['GiB', 'MiB', 'KiB'] as const).find((each) => bytes > 0 && bytes % byteUnits[each] === 0);
  return unit === undefined ? `${bytes}B` : `${bytes / byteUnits[unit]}${unit}`;
}

/** A fraction, 0.01 of `1%`; more than none and at most all. Throws AmountError. */
export function parseShare(text: string): number {
  const [, number] = /^(\d{1,3}(?:\.\d{1,6})?)%$/.exec(text) ?? [];
  const share = Number(number) / 100;
  if (!(share > 0 && share <= 1)) throw new AmountError('give a share, such as 1% or 0.5%');
  return share;
}

/** `3.1 %`, with as many digits as tell it from nothing. */
export function formatShare(share: number): string {
  const percent = share * 100;
  const digits = percent >= 0.1 || percent === 0 ? 1 : Math.min(6, Math.ceil(-Math.log10(percent)) + 1);
  return `${Number(percent.toFixed(digits))} %`;
}

const maxRate = 1e9;

/** A number a second, 10000 of `10000/s`. Throws AmountError. */
export function parseRate(text: string): number {
  const [, number] = /^(\d{1,10})\/s$/.exec(text) ?? [];
  const rate = Number(number);
  if (!(rate > 0 && rate <= maxRate)) throw new AmountError('give a number a second, such as 10000/s');
  return rate;
}
