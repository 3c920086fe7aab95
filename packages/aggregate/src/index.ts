export * from './loss.ts';
export * from './map-state.ts';
export * from './result-document.ts';
export * from './schema.ts';
