export { type FlatField, flatFields } from './flat-fields.ts';
export { type BtfType, readBtfTypes } from './read-types.ts';
