/** Injection tokens of what is no class. */
export const LOGGER = Symbol('logger');
export const VERSION = Symbol('version');
/** What each node has to give to sessions. */
export const CAPACITY = Symbol('capacity');
