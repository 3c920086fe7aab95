import { type Command, Option } from 'commander';
import { buildArchs, ownArch } from './build-arch.ts';
import { collect, withExamples } from './options.ts';
import type { Terminal } from './terminal.ts';

/** `bpfleet agent`. */
export function addAgent(program: Command, finish: (status: number) => void): void {
  withExamples(
    program
      .command('agent')
      .description('the agent of this node')
      .option('--config <file>', 'its configuration, YAML; options come before it')
      .option('--join <token>', 'join token, needed once')
      .option('--controller <host:port>', 'where the controller takes agents, port 7072 unless configured')
      .option('--label <key=value>', 'a label of the node; may be repeated', collect, [])
      .option('--state-dir <folder>', 'where identity and undelivered results are kept')
      .option('--name <name>', "the node's name; its host name without it")
      .option('--socket <path>', "of the node's own API")
      .option('--policy <file>', 'what this node allows, whoever asks (YAML)')
      .action(async (options) => finish(await (await import('./commands/agent.ts')).agent(options))),
    'bpfleet agent --join TOKEN --controller controller.example:7072 --label role=web',
  );
}

/**
 * What needs no fleet: `bpfleet local`, `bpfleet compile`, `bpfleet build` and `bpfleet btf`. The command line of `local` is bpftrace's; its words never
 * get here (main.ts), only its place in the help is.
 */
export function addThisNode(program: Command, terminal: Terminal, finish: (status: number) => void): void {
  program
    .command('local')
    .description('run a script on this node only, with the command line of bpftrace; exits with 1 on errors')
    .argument('[words...]', "as bpftrace takes them: FILE.bt, or -e 'script', and options")
    .helpOption(false)
    .allowUnknownOption()
    .action(async (words: readonly string[]) =>
      finish(await (await import('./local/local-main.ts')).localMain(words, program.version() ?? '')),
    );
  withExamples(
    program
      .command('compile')
      .description('show what the compiler makes of a script for this node')
      .argument('[file]', 'FILE.bt, FILE.bpf.s or FILE.bpf.o')
      .option('-e, --execute <script>', 'the script as text')
      .addOption(
        new Option('--emit <stage>', 'tree, intermediate code, instructions, or an object for libbpf')
          .choices(['ast', 'ir', 'asm', 'elf'])
          .default('asm'),
      )
      .option('-o, --output <file>', 'write it to a file')
      .action(async (file: string | undefined, options) =>
        (await import('./commands/compile.ts')).compile(file, options, terminal),
      ),
    "bpfleet compile -e 'BEGIN { @x = 1; }' --emit asm",
    'bpfleet compile FILE.bt --emit elf -o FILE.bpf.o',
    'bpfleet compile FILE.bpf.o --emit asm',
  );
  withExamples(
    program
      .command('build')
      .description('build an object for libbpf of C, with clang and a vmlinux.h of this kernel')
      .argument('<file>', 'FILE.bpf.c')
      .argument('[words...]', 'for clang, after --')
      .option('-o, --output <file>', 'the object; FILE.bpf.o without it')
      .addOption(new Option('--arch <arch>', 'the machines it is for').choices([...buildArchs]).default(ownArch()))
      .option('--btf <file>', 'the types of another kernel, as BTF or in an ELF file')
      .action(async (file: string, words: readonly string[], options) =>
        (await import('./commands/build.ts')).build(file, words, options, terminal),
      ),
    'bpfleet build latency.bpf.c',
    'bpfleet build latency.bpf.c --arch arm64 --btf vmlinux-arm64 -o latency.bpf.o -- -DMAX_ENTRIES=64',
  );
  withExamples(
    program
      .command('btf')
      .description("write this kernel's types as a C header, vmlinux.h")
      .option('-o, --output <file>', 'write it to a file')
      .option('--btf <file>', 'the types of another kernel, as BTF or in an ELF file')
      .action(async (options) => (await import('./commands/build.ts')).dumpBtf(options, terminal)),
    'bpfleet btf -o vmlinux.h',
  );
}
