import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const source = resolve(import.meta.dirname, 'frequencies.asl');

/** The ACPI table that gives x86-64 guests' processors frequencies, as QEMU takes it: a file in this folder. */
export async function compileAcpiTable(folder: string): Promise<string> {
  const table = join(folder, 'frequencies');
  await execute('iasl', ['-p', table, source]);
  return `${table}.aml`;
}
