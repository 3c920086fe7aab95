export { ObjectError } from './object-error.ts';
export { MAX_OBJECT_BYTES, readObject } from './read-object.ts';
export type { Section } from './section.ts';
