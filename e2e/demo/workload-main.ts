// Opens files, one in ten of which does not exist, and now and then starts another program: something to be seen.
import { execFile } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

process.title = 'demo-workload';
let opened = 0;

setInterval(() => {
  for (let i = 0; i < 10; i++) {
    try {
      closeSync(openSync(opened++ % 10 === 9 ? '/nonexistent/bpfleet-demo' : '/etc/hostname', 'r'));
    } catch {
      // The failure is the point.
    }
  }
}, 50);

setInterval(() => execFile('ls', ['/etc'], () => {}), 1_000);
