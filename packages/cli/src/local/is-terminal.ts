import { fstatSync } from 'node:fs';

/** Major numbers of terminals: virtual and serial consoles, /dev/console, and pseudo-terminals (kernel's devices.txt). */
const isTerminalMajor = (major: number) => major === 4 || major === 5 || (major >= 136 && major <= 143);

/** Whether a descriptor is a terminal, without node:tty, which loads all of the network's modules. */
export function isTerminal(fd: number): boolean {
  try {
    const stat = fstatSync(fd);
    // As glibc's gnu_dev_major: bits 8 to 19 are the lower part of the major number.
    return stat.isCharacterDevice() && isTerminalMajor((stat.rdev >>> 8) & 0xfff);
  } catch {
    return false;
  }
}
