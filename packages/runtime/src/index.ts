export * from './amount.ts';
export { countBuffersAsHeap } from './buffers-as-heap.ts';
export * from './config.ts';
export * from './duration.ts';
export { createLogger, type Logger, type LoggerOptions, type LogLevel, logLevels } from './logger.ts';
export * from './release-heap.ts';
export * from './running-clock.ts';
export * from './shutdown.ts';
