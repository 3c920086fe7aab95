import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A command's end on the console: `\x1e`, which no command prints, its number and its status. */
const mark = '\u001e';

/** The serial console of a guest: QEMU gives it as a unix socket and writes all of it to a log. */
export class Console {
  readonly #socket: Socket;
  #text = '';
  #wake: () => void = () => undefined;
  #ended = false;
  #next = 1;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (text) => {
      this.#text += text;
      this.#wake();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#ended = true;
      this.#wake();
    });
  }

  /** Connects as soon as QEMU listens. @throws Error once `patienceMs` is over */
  static async open(path: string, running: () => boolean, patienceMs = 10_000): Promise<Console> {
    const end = performance.now() + patienceMs;
    for (;;) {
      const socket = connect(path);
      const connected = await new Promise<boolean>((resolve) => {
        socket.once('connect', () => resolve(true));
        socket.once('error', () => resolve(false));
      });
      if (connected) return new Console(socket);
      if (!running()) throw new Error('QEMU ended before its console was there');
      if (performance.now() > end) throw new Error('QEMU gives no console');
      await sleep(20);
    }
  }

  /** Waits for a text and returns what came before it. @throws Error on a panic, at the end, or after `patienceMs` */
  async upTo(text: string, patienceMs: number): Promise<string> {
    const end = performance.now() + patienceMs;
    for (;;) {
      const index = this.#text.indexOf(text);
      if (index >= 0) {
        const before = this.#text.slice(0, index);
        this.#text = this.#text.slice(index + text.length);
        return before;
      }
      const panic = /(Kernel panic[^\r\n]*)([\r\n]?)/.exec(this.#text);
      // All of its line, as long as there is more to come.
      if (panic?.[1] !== undefined && (panic[2] !== '' || this.#ended)) throw new Error(panic[1]);
      if (this.#ended) throw new Error('the guest is gone');
      const left = end - performance.now();
      if (left <= 0) throw new Error(`no answer in ${patienceMs / 1000} s`);
      const timer = Promise.withResolvers<void>();
      this.#wake = timer.resolve;
      const clock = setTimeout(timer.resolve, left);
      await timer.promise;
      clearTimeout(clock);
    }
  }

  /** Runs a line of shell, one after the other, and returns what it printed. @throws Error where its status is not 0 */
  run(command: string, patienceMs = 180_000): Promise<string> {
    const turn = this.#turn.then(() => this.#run(command, patienceMs));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #run(command: string, patienceMs: number): Promise<string> {
    const number = this.#next++;
    // The mark itself is made by printf, so that what is sent does not hold it.
    this.write(`{ ${command.replaceAll('\n', ' ')}; } 2>&1; printf '\\036%d:%d\\n' ${number} $?\n`);
    const output = (await this.upTo(`${mark}${number}:`, patienceMs)).replaceAll('\r', '');
    const status = Number(await this.upTo('\n', 5_000));
    if (status !== 0) throw new Error(`"${command}" ended with ${status}: ${output.trim()}`);
    return output;
  }

  write(text: string): void {
    if (!this.#ended) this.#socket.write(text, 'utf8');
  }

  /** Hands the console over to a terminal, or to what is piped in, until the guest ends. */
  async join(input: NodeJS.ReadStream, output: NodeJS.WriteStream): Promise<void> {
    if (this.#ended) return;
    output.write(this.#text);
    this.#socket.pipe(output, { end: false });
    input.pipe(this.#socket, { end: false });
    // A terminal's own end of file: the socket's end would take the console away from what still runs.
    input.once('end', () => this.write('\u0004'));
    await new Promise((resolve) => this.#socket.once('close', resolve));
    input.unpipe(this.#socket);
  }

  close(): void {
    this.#socket.destroy();
  }
}
