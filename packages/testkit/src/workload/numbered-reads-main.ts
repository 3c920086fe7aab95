// A process whose calls of pread64(2) have a number each: the position that they read at.
import { readSync } from 'node:fs';
import { obeyCommands } from './obey-commands.ts';

const [fd = 0, end = 0] = process.argv.slice(2).map(Number);
const buffer = Buffer.alloc(1);
const readAt = (position: number) => void readSync(fd, buffer, 0, 1, position);
obeyCommands(readAt, () => readAt(end));
