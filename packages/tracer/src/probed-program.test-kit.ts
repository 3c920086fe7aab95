import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A probe as SystemTap's sys/sdt.h makes it: a `nop`, and a note of where that is. */
const source = String.raw`
#include <stdio.h>
#include <unistd.h>
unsigned short guarded_semaphore __attribute__((section(".probes")));
#define NOTE(name, semaphore, arguments) \
  "990: nop\n" \
  ".pushsection .note.stapsdt,\"\",\"note\"\n" \
  ".balign 4\n.4byte 992f-991f, 994f-993f, 3\n" \
  "991: .asciz \"stapsdt\"\n992: .balign 4\n" \
  "993: .8byte 990b\n.8byte _.stapsdt.base\n.8byte " semaphore "\n" \
  ".asciz \"mine\"\n.asciz \"" name "\"\n.asciz \"" arguments "\"\n" \
  "994: .balign 4\n.popsection\n"
__asm__(".pushsection .stapsdt.base,\"aG\",\"progbits\",.stapsdt.base,comdat\n.weak _.stapsdt.base\n"
        "_.stapsdt.base: .space 1\n.size _.stapsdt.base,1\n.popsection\n");
int main(void) {
  char go;
  if (read(0, &go, 1) != 1) return 1;
  for (long i = 0; i < 5; i++) {
    int small = -7;
    char text[] = "hello";
    __asm__ volatile(NOTE("plain", "0", "8@%0 -4@%1 8@%2 -4@$-3 -4@%3")
      :: "r"(i), "r"(small), "r"(text), "m"(small));
    if (guarded_semaphore > 0) {
      __asm__ volatile(NOTE("guarded", "guarded_semaphore", "8@%0") :: "r"(i * 10));
    }
  }
  __asm__ volatile(NOTE("twice", "0", "2@$-1 4@$1"));
  __asm__ volatile(NOTE("twice", "0", "-2@$65535"));
  printf("%d\n", guarded_semaphore);
  return 0;
}`;

/** Builds a program with static probes in a folder: its path, or why there can be none. It goes on where something comes on stdin. */
export function buildProbedProgram(folder: string): { readonly path: string } | { readonly missing: string } {
  if (process.arch !== 'x64') return { missing: 'the places of the arguments are written as for x86-64' };
  const path = join(folder, 'program');
  writeFileSync(`${path}.c`, source);
  try {
    execFileSync('cc', ['-O1', '-o', path, `${path}.c`]);
    return { path };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return { missing: 'there is no C compiler (apt-get install gcc)' };
  }
}
