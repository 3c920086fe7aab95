/** Injection tokens of what is no class. */
export const LOGGER = Symbol('logger');
export const VERSION = Symbol('version');
