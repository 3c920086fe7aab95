import type { TraceError } from '@bpfleet/tracer';
import { hasKprobes, hasTypes, isAbsent, isOlder, lacksField, lacksSymbol } from './kernel-tables.ts';

/** What the compiler says of types, fields and constants of the kernel, and of what is reached by them, where it tells no types. */
const needsTypes: readonly RegExp[] = [
  ...[/BTF\b/, /^Can not access field '\w+' on expression of type 'void \*'/, /^Cannot resolve unknown type "/],
  ...[
    /^Unknown identifier: '[A-Z][A-Z0-9_]*'/,
    /expects a pointer to struct/,
    /^The args builtin .*\(rawtracepoint used here\)/,
  ],
];

/** A mistake the compiler found, and the text it is about. */
interface Complaint {
  readonly message: string;
  readonly text: string;
}

/**
 * Why a program cannot run on this kernel, where that is no fault of ours: every error names a newer kernel, types that the
 * kernel does not tell, or a probe that is not there. Each is looked up here: what we say of a kernel is not believed.
 * null: it should have run.
 */
export function lacking(error: TraceError, source: string): string | null {
  if (error.code !== 'compile') return null;
  const errors = error.diagnostics.filter(({ severity }) => severity === 'error');
  const reasons = errors.map(({ message, span }) =>
    lackOf({ message, text: source.slice(span.start, span.end).trim() }),
  );
  if (reasons.length === 0 || reasons.includes(null)) return null;
  return [...new Set(reasons)].join('; ');
}

function lackOf({ message, text }: Complaint): string | null {
  const needed = /\b\d+\.\d+\b/.exec(message)?.[0];
  if (needed !== undefined && /kernel/.test(message) && isOlder(needed)) return message;
  if (!hasTypes() && needsTypes.some((one) => one.test(message))) return message;
  if (/has no kprobes/.test(message) && !hasKprobes()) return 'no kprobes';
  if (lacksField(message) || lacksSymbol(message)) return message;
  return isAbsent(text) ? `no ${text}` : null;
}
