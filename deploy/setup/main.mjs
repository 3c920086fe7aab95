// Entry of `npm run demo` and `npm test`. Runs on the machine's own Node (20 or later) with no dependency: it brings
// the machine to where the workspace runs on its pinned Node, then hands over to the task.
import { spawnSync } from 'node:child_process';
import { installDebianPackages } from './debian-packages.mjs';
import { checkKernel, checkMachine, checkRoot } from './machine.mjs';
import { mountTracefs } from './mounts.mjs';
import { SetupError } from './step.mjs';
import { tasks } from './tasks.mjs';
import { installToolchain, nodeBinary } from './toolchain.mjs';
import { bringUpToDate, installWorkspace } from './workspace.mjs';

const [name = '', ...args] = process.argv.slice(2);

try {
  const task = tasks[name];
  if (!task) throw new SetupError(`There is no task "${name}": it is one of ${Object.keys(tasks).join(', ')}.`);
  const plan = task(args);
  checkMachine();
  if (plan.kernel) {
    checkRoot(name);
    checkKernel();
    mountTracefs();
    installDebianPackages(['libbpf1', 'iproute2', ...(plan.debian ?? [])]);
  }
  installToolchain();
  installWorkspace();
  bringUpToDate(plan.turbo);
  // The child is in our process group, so a terminal's Ctrl-C reaches it directly; we only wait for it.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});
  const { status, signal } = spawnSync(nodeBinary(), [...(plan.node ?? []), plan.script, ...plan.args], {
    stdio: 'inherit',
  });
  process.exitCode = status ?? (signal ? 130 : 1);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`bpfleet set-up: ${error.message}`);
  process.exitCode = 3;
}
