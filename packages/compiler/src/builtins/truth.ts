import { neutralInteger, type Type } from '../types/type.ts';

/** What questions are answered with: 1 or 0. */
export const truthType: Type = neutralInteger;
