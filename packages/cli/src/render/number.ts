import type { JsonInteger } from '@bpfleet/client';

/** An integer with thousands apart: `1,234,567`. */
export function grouped(value: JsonInteger): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Bytes as people read them: `1.5 GiB`. */
export function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, value)) / 10));
  const scaled = value / 1024 ** power;
  return `${scaled >= 100 || power === 0 ? Math.round(scaled) : scaled.toFixed(1)} ${units[power]}`;
}

/** A fraction as a percentage with two digits that tell: `0.20%`; `-` where it is not known. */
export function percent(fraction: number | null): string {
  return fraction === null ? '-' : `${(fraction * 100).toFixed(2)}%`;
}

/** `1 node`, `3 nodes`. */
export function plural(count: JsonInteger, noun: string): string {
  return `${grouped(count)} ${noun}${String(count) === '1' ? '' : 's'}`;
}
