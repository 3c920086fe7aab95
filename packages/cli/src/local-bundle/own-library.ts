import { join } from 'node:path';

/** Where the tools are seen from the bundle, in the place of packages/tools/src/own-library.ts. */
export const ownLibrary = join(__dirname, '../../../../tools/library/');
