/** Injection tokens of what is no class. */
export const LOGGER = Symbol('logger');
/** How often one token may be used. */
export const RATE = Symbol('rate');
export const VERSION = Symbol('version');
/** The tool library. */
export const TOOLS = Symbol('tools');
/** What each node has to give to sessions. */
export const CAPACITY = Symbol('capacity');
/** How much of results is kept. */
export const RETENTION = Symbol('retention');
