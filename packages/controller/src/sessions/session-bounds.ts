import type { DurationBounds } from './duration.ts';

/** Milliseconds. A window shorter than this is mostly overhead; a session longer than a day is a schedule. */
export const intervalBounds: DurationBounds = { min: 100, max: 3_600_000 };
export const durationBounds: DurationBounds = { min: 100, max: 86_400_000 };

/** How long a wave is watched before the next is told. */
export const soakBounds: DurationBounds = { min: 0, max: 3_600_000 };
/** What is to begin later than this is a schedule. */
export const maxStartAheadMs = 3_600_000;
