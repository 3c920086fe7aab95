export * from './asm/instruction.ts';
export * from './spec/collection-spec.ts';
export * from './spec/map-spec.ts';
export * from './spec/program-spec.ts';
