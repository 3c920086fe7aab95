import { fileURLToPath } from 'node:url';

/** Where this package has its own tools. */
export const ownLibrary = fileURLToPath(new URL('../library/', import.meta.url));
