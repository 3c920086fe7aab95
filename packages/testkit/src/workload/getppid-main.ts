// A process that makes a known number of getppid(2) calls and tells how many.
// Commands on stdin, a line each: "calls N" makes N of them, "rate N" makes N a second until "stop".
// After each it prints the count so far. The main thread makes them, so its tid is its pid.
import { createInterface } from 'node:readline';

let made = 0;
let ticker: NodeJS.Timeout | undefined;

function call(times: number): void {
  // Each read of process.ppid is one getppid(2).
  for (let i = 0; i < times; i++) if (process.ppid > 0) made++;
}

const report = () => process.stdout.write(`${made}\n`);
report();

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const [command, count = '0'] = line.split(' ');
    if (command === 'calls') {
      call(Number(count));
      report();
    } else if (command === 'rate') {
      ticker = setInterval(() => call(Math.ceil(Number(count) / 100)), 10);
    } else if (command === 'stop') {
      clearInterval(ticker);
      report();
    }
  })
  .on('close', () => process.exit(0));
