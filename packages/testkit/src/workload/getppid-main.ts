// A process that makes a known number of getppid(2) calls.
import { obeyCommands } from './obey-commands.ts';

// Each read of process.ppid is one getppid(2).
obeyCommands(() => void process.ppid);
