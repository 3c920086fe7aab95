/** `bpfleet local --help`. The options are bpftrace 0.27's. */
export const usage = `bpfleet local - runs a bpftrace script on this node

USAGE:
    bpfleet local [options] FILE [parameters]
    bpfleet local [options] - [parameters]           the script is read from stdin
    bpfleet local [options] -e 'script' [parameters]
    bpfleet local [options] TOOL [-- parameters]     "bpfleet tools" lists them
    parameters with names come after --, as in: -- --name=value

OPTIONS:
    -e SCRIPT         the script as text
    -l, --list [PATTERN|FILE]
                      list probes of this kernel, or of the script
    -v, --verbose     say more; with -l the arguments of probes as well
    -h, --help        this help
    -V, --version     the version
    --info            what this kernel can do

    -p, --pid PID     only events of this process; ends with it
    -c, --cmd COMMAND run COMMAND once everything is attached; ends with it
    --usdt-file-activation
                      enable USDT probes by the path of their file
    -o, --output FILE write what the script prints to FILE
    -f, --format FORMAT
                      text or json
    -B MODE           when output is written: line, full or none
    -q, --quiet       do not say how many probes are attached
    -k, --warnings    tell failed reads of memory and of maps
    --no-warnings     no warnings at all

    -I FOLDER         where to look for C headers; may be repeated
    --include FILE    include a C header before the script; may be repeated
    --debuginfo DIR[:DIR]
                      where to look for debugging information that programs do not have
    --unsafe          allow system(), signal() and what else changes the machine
    --no-feature NAMES
                      do without kprobe_multi, kprobe_session, uprobe_multi
    --probe-filter REGEX
                      only probes whose name matches
    --test, --bench   run the script's test: or bench: probes
    --dry-run         attach everything and end at once
    -d, --debug STAGES
                      show what the compiler makes of the script: ast, codegen (or ir),
                      codegen-opt (or asm), verifier, all
    --emit-elf FILE   write the programs to an ELF object as well

EXAMPLES:
    bpfleet local -e 'tracepoint:raw_syscalls:sys_enter { @[comm] = count(); }'
    bpfleet local funccount -- 'vfs_*'               a tool; Ctrl-C ends it
    bpfleet local -f json -e 'interval:s:1 { print(nsecs); }'
    bpfleet local -l 'tracepoint:syscalls:*open*'
    bpfleet local FILE.bpf.o                         an ELF object, as clang makes it
    bpfleet local FILE.bpf.o -- --targ_pid=1         with a variable of it set
    bpfleet local FILE.bpf.s                         a program in assembler
`;
