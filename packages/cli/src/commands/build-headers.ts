import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Headers that sources for libbpf expect and that are not everywhere, by their paths. */
const HEADERS: Readonly<Record<string, string>> = {
  // The C library's leads to files of its own that there are none of for BPF. Both machines have the generic numbers.
  'errno.h': '#pragma once\n#include <asm-generic/errno.h>\n',
  // What the C library looks for on a machine that is none of its own; it has declarations for its linker alone.
  'gnu/stubs-32.h': '',
  // libbpf before 1.2 calls them by the names of the kernel's probes alone.
  'bpf/bpf_tracing.h': `#pragma once
#include_next <bpf/bpf_tracing.h>
#ifndef BPF_UPROBE
#define BPF_UPROBE(name, args...) BPF_KPROBE(name, ##args)
#define BPF_URETPROBE(name, args...) BPF_KRETPROBE(name, ##args)
#endif
`,
};

/** Writes them into a folder that is searched before this machine's own headers, and after those of a source. */
export function writeHeaders(folder: string): void {
  for (const [path, text] of Object.entries(HEADERS)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}
