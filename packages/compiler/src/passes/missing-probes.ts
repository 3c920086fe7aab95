import type { MissingProbes } from '../env.ts';
import type { Reports } from '../probes/provider.ts';
import { hasWildcard } from '../probes/wildcard.ts';
import type { DiagnosticCode, Diagnostics, Hint } from '../source/diagnostic.ts';
import type { Span } from '../source/span.ts';
import type { AttachPoint } from '../syntax/ast.ts';

const advice = "If this is expected, set the 'missing_probes' config variable to 'warn'.";

/**
 * What becomes of probes that this kernel or node has not: `missing_probes` says whether that is an error, a warning or
 * nothing. A wildcard may match nothing, as long as the clause has some other probe.
 */
export class MissingInClause {
  readonly #diagnostics: Diagnostics;
  readonly #mode: MissingProbes;
  #empty: { readonly span: Span; readonly message: string } | undefined;

  constructor(diagnostics: Diagnostics, mode: MissingProbes) {
    this.#diagnostics = diagnostics;
    this.#mode = mode;
  }

  /** What a provider reports to while it looks for one attach point. */
  reports(point: AttachPoint): Reports {
    const diagnostics = this.#diagnostics;
    return {
      error: (code, span, message, hint) => {
        if (code !== 'no-match') diagnostics.error(code, span, message, hint);
        else this.#missing(point, span, message, hint);
      },
      warning: (code, span, message, hint) => diagnostics.warning(code, span, message, hint),
    };
  }

  /** After the last attach point of a clause: whether it has any probe. */
  close(found: boolean): void {
    if (found || this.#empty === undefined || this.#mode === 'ignore') return;
    const { span, message } = this.#empty;
    if (this.#mode === 'error') {
      const text = `Probe has no valid attach points. ${advice}`;
      this.#diagnostics.error('no-match', span, text, message);
    } else {
      const text =
        'Probe has no valid attach points. It is being removed which may cause issues with program behavior.';
      this.#diagnostics.warning('no-match', span, text);
    }
  }

  #missing(point: AttachPoint, span: Span, message: string, hint: Hint): void {
    const code: DiagnosticCode = 'no-match';
    if (hasWildcard(point.text)) this.#empty ??= { span, message };
    else if (this.#mode === 'error') this.#diagnostics.error(code, span, message, hint);
    else if (this.#mode === 'warn') {
      this.#diagnostics.warning(code, span, `${message.replace(/\.?$/, '.')} Skipping.`, hint);
      this.#empty ??= { span, message };
    }
  }
}
