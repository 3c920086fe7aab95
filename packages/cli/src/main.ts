#!/usr/bin/env node
// A local trace starts in a fraction of the time that the other commands take to load.
if (process.argv[2] === 'local') {
  const { runLocalProcess } = await import('./local/local-process.ts');
  await runLocalProcess(process.argv.slice(3));
} else {
  const [{ bpfleetProgram }, { runProgram }] = await Promise.all([import('./program.ts'), import('./run-program.ts')]);
  await runProgram(bpfleetProgram);
}
