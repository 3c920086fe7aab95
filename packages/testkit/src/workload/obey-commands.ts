import { createInterface } from 'node:readline';

const ticksPerSecond = 100;

/**
 * Makes calls as told on stdin, a line a command, and tells on stdout how many were made so far: once at the start and after each
 * command but `rate`. "calls N" makes N of them; "rate N" makes N a second until "stop"; "end" stops and calls `end`.
 * The main thread makes them, so their tid is the process's pid.
 *
 * @param call makes one call, given its number: 1, 2, 3 ...
 */
export function obeyCommands(call: (number: number) => void, end: () => void = () => undefined): void {
  let made = 0;
  let ticker: NodeJS.Timeout | undefined;
  const make = (times: number) => {
    for (let i = 0; i < times; i++) call(++made);
  };
  const report = () => process.stdout.write(`${made}\n`);
  report();
  createInterface({ input: process.stdin })
    .on('line', (line) => {
      const [command, count = '0'] = line.split(' ');
      if (command !== 'calls') clearInterval(ticker);
      if (command === 'rate') {
        const each = Math.ceil(Number(count) / ticksPerSecond);
        ticker = setInterval(() => make(each), 1_000 / ticksPerSecond);
        return;
      }
      if (command === 'calls') make(Number(count));
      if (command === 'end') end();
      report();
    })
    .on('close', () => process.exit(0));
}
