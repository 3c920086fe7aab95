import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** A process that asks for its parent's number `calls` times once told to go: one system call each. */
export async function startCaller(calls: number) {
  const script = `process.title = 'caller'; process.stdin.once('data', () => { let sum = 0; for (let i = 0; i < ${calls}; i++) sum += process.ppid; process.exit(0); }); console.log('ready');`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  const exited = once(child, 'exit');
  const run = () => {
    child.stdin.write('go\n');
    return exited;
  };
  return { pid: child.pid ?? 0, run };
}
