import type { ValueTransformer } from 'typeorm';

/** bigint columns that a double holds: milliseconds, bytes. The driver gives them as strings. */
export const integer: ValueTransformer = {
  to: (value: number | null | undefined) => value,
  from: (value: string | null) => (value === null ? null : Number(value)),
};
