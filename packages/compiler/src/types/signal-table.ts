/**
 * The signals of x86-64 and arm64 from 1 on, by name and by what strsignal(3) calls them; those from 32 are real-time
 * signals. Source: signal(7).
 */
const signals: readonly (readonly [name: string, text: string])[] = [
  ['HUP', 'Hangup'],
  ['INT', 'Interrupt'],
  ['QUIT', 'Quit'],
  ['ILL', 'Illegal instruction'],
  ['TRAP', 'Trace/breakpoint trap'],
  ['ABRT', 'Aborted'],
  ['BUS', 'Bus error'],
  ['FPE', 'Floating point exception'],
  ['KILL', 'Killed'],
  ['USR1', 'User defined signal 1'],
  ['SEGV', 'Segmentation fault'],
  ['USR2', 'User defined signal 2'],
  ['PIPE', 'Broken pipe'],
  ['ALRM', 'Alarm clock'],
  ['TERM', 'Terminated'],
  ['STKFLT', 'Stack fault'],
  ['CHLD', 'Child exited'],
  ['CONT', 'Continued'],
  ['STOP', 'Stopped (signal)'],
  ['TSTP', 'Stopped'],
  ['TTIN', 'Stopped (tty input)'],
  ['TTOU', 'Stopped (tty output)'],
  ['URG', 'Urgent I/O condition'],
  ['XCPU', 'CPU time limit exceeded'],
  ['XFSZ', 'File size limit exceeded'],
  ['VTALRM', 'Virtual timer expired'],
  ['PROF', 'Profiling timer expired'],
  ['WINCH', 'Window changed'],
  ['IO', 'I/O possible'],
  ['PWR', 'Power failure'],
  ['SYS', 'Bad system call'],
];

const aliases: ReadonlyMap<string, string> = new Map([
  ['IOT', 'ABRT'],
  ['CLD', 'CHLD'],
  ['POLL', 'IO'],
]);

/** Of the first real-time signal that the C library leaves to programs. */
const FIRST_REAL_TIME = 34;
export const LAST_SIGNAL = 64;

/** The number of `SIGKILL` or `KILL`; undefined where no signal has the name. */
export function signalNumber(name: string): number | undefined {
  const short = name.replace(/^SIG/, '');
  const index = signals.findIndex(([known]) => known === (aliases.get(short) ?? short));
  return index < 0 ? undefined : index + 1;
}

/** What a signal is called for people, as bpftrace 0.27 has it. */
export function signalText(number: number): string {
  if (number < 0 || number > LAST_SIGNAL) return 'N/A';
  const known = signals[number - 1];
  if (known !== undefined) return known[1];
  return number < FIRST_REAL_TIME ? `Unknown signal ${number}` : `Real-time signal ${number - FIRST_REAL_TIME}`;
}
