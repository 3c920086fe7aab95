/** A program of the language's case files, what runs while it is attached, and what it must print. */
export interface ScriptCase {
  readonly title: string;
  readonly program: string;
  /** A command of the shell, started before the trace and let go once it is attached. */
  readonly run?: string;
  readonly output: string;
}

/** The cases of a file: `== title`, the program, `-- run` and a command, `-- output` and the text. */
export function parseScriptCases(text: string): ScriptCase[] {
  return text
    .split(/^== /m)
    .slice(1)
    .map((part) => {
      const [head = '', ...sections] = part.split(/^-- /m);
      const [title = '', ...program] = head.split('\n');
      const section = (name: string) => sections.find((s) => s.startsWith(`${name}\n`))?.slice(name.length + 1);
      const run = section('run');
      const output = (section('output') ?? '').trimEnd();
      return { title, program: program.join('\n'), output, ...(run === undefined ? {} : { run }) };
    });
}
