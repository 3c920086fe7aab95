// `npm run e2e -- tools NAME ...`: compiles tools of the library for both architectures and runs their cases in this kernel.
import { existsSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { renderMap } from '@bpfleet/aggregate';
import { loadCase, loadTool, noSuchTool, ownLibrary, type Tool, type ToolCase } from '@bpfleet/tools';
import { compileProblems, runToolCase } from '@bpfleet/tracer/testing';

const help = `npm run e2e -- tools             every tool of the library: compiled for both architectures, its case run here
npm run e2e -- tools NAME ...    these, with what each left and printed
npm run e2e -- tools ./FOLDER    a tool of a folder of its own`;

process.exitCode = await main(process.argv.slice(2));

/** Status 1 where a tool does not hold what it says. */
async function main(names: readonly string[]): Promise<number> {
  if (names.includes('--help')) {
    console.log(help);
    return 0;
  }
  let failed = 0;
  const folders = names.length === 0 ? allFolders() : names.map(folderOf);
  for (const folder of folders) failed += (await holds(folder, names.length > 0)) ? 0 : 1;
  console.log(`${folders.length - failed} of ${folders.length} tools hold what they say`);
  return failed === 0 ? 0 : 1;
}

function allFolders(): string[] {
  return readdirSync(ownLibrary).map((name) => join(ownLibrary, name));
}

function folderOf(name: string): string {
  return name.includes('/') ? resolve(process.env.INIT_CWD ?? '.', name) : join(ownLibrary, name);
}

async function holds(folder: string, tell: boolean): Promise<boolean> {
  const name = basename(folder);
  if (!existsSync(folder)) {
    console.log(noSuchTool(name, readdirSync(ownLibrary)));
    return false;
  }
  try {
    const tool = loadTool(folder);
    const one = loadCase(folder, tool.manifest);
    const wrong = [...(await compileProblems(tool, one)), ...(await caseProblems(tool, one, tell))];
    for (const each of wrong) console.log(`${name}: ${each}`);
    return wrong.length === 0;
  } catch (error) {
    console.log(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}

async function caseProblems(tool: Tool, one: ToolCase, tell: boolean): Promise<readonly string[]> {
  const start = performance.now();
  const end = await runToolCase(tool, one);
  const { name } = tool.manifest;
  if ('skipped' in end) {
    console.log(`${name}: skipped: ${end.skipped}`);
    return [];
  }
  const note = one.attached === undefined ? '' : `; attached only: ${one.attached}`;
  console.log(`${name}: ran ${end.variant} for ${((performance.now() - start) / 1000).toFixed(1)} s${note}`);
  if (tell) {
    for (const map of end.seen.maps) process.stdout.write(renderMap(map));
    process.stdout.write(end.seen.printed);
    console.log([...end.seen.truths].map(([truth, count]) => `${truth}=${count}`).join(' '));
  }
  return end.wrong;
}
