import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { GuestKind } from '../guests.ts';
import { emulator } from './qemu.ts';

const execute = promisify(execFile);
const source = (name: string) => resolve(import.meta.dirname, name);

/**
 * Options of QEMU that give a guest's processors frequencies to choose from, with their files in a folder. Linux learns of
 * them by ACPI or by a device tree; none where the guest's kernel sets no frequency.
 */
export async function frequencyOptions(kind: GuestKind, folder: string): Promise<Readonly<Record<string, string>>> {
  if (kind.arch === 'x86-64') return { acpitable: `file=${await acpiTable(folder)}` };
  return kind.fullKernel ? { dtb: await deviceTree(kind, folder) } : {};
}

async function acpiTable(folder: string): Promise<string> {
  const table = join(folder, 'frequencies');
  await execute('iasl', ['-p', table, source('frequencies.asl')]);
  return `${table}.aml`;
}

/** QEMU's own for such a machine, and ours laid over it. */
async function deviceTree(kind: GuestKind, folder: string): Promise<string> {
  const [qemus, overlay, whole] = ['qemu', 'overlay', 'whole'].map((name) => join(folder, `${name}.dtb`)) as Three;
  const [program, options] = emulator(kind);
  const words = Object.entries({ ...options, machine: `${options.machine},dumpdtb=${qemus}` });
  await execute(program, ['-nodefaults', '-nographic', ...words.flatMap(([key, value]) => [`-${key}`, value])]);
  await execute('dtc', ['-I', 'dts', '-O', 'dtb', '-o', overlay, source('frequencies.dtso')]);
  await execute('fdtoverlay', ['-i', qemus, '-o', whole, overlay]);
  return whole;
}

type Three = [string, string, string];
