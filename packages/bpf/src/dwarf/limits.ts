/** Dimensions of an array: those of C's programs have up to some four. Types are numbered with room for so many. */
export const MAX_DIMENSIONS = 8;
/** Bytes of a type, and elements of an array: larger ones cannot be read. */
export const MAX_LENGTH = 0x7fff_ffff;
/** Typedefs and qualifiers on top of each other; more is a circle. */
export const MAX_CHAIN = 64;
/** Fields of a structure, values of an enumeration, parameters. */
export const MAX_PARTS = 65_536;
/** Structures and arrays within each other. */
export const MAX_NESTING = 64;
