export * from './amount.ts';
export * from './config.ts';
export * from './duration.ts';
export { type LocatedYaml, type PlacedProblem, readLocatedYaml, type TextPlace } from './located-yaml.ts';
export { createLogger, type Logger, type LoggerOptions, type LogLevel, logLevels } from './logger.ts';
export * from './release-heap.ts';
export * from './running-clock.ts';
export * from './shutdown.ts';
export * from './variants-digest.ts';
