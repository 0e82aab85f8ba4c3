import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { SettingsPatch } from '../../../src/emulator/settings.ts';
import type { AccountName, AccountSize, DataOf } from '../accounts/accounts.ts';
import type { EmulatorReply, EmulatorRequestName, EmulatorRequests } from './messages.ts';

const ENTRY = fileURLToPath(new URL('emulator-process.ts', import.meta.url));

/** An emulator in a process of its own. */
export class EmulatorProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #lastId = 0;

  constructor() {
    this.#child = fork(ENTRY, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.#child.on('message', (reply: EmulatorReply) => this.#settle(reply));
    this.#child.on('exit', (code) => this.#fail(new Error(`the emulator ended with code ${code}`)));
  }

  /** Puts up an account and serves it. @returns where, and the ids of what is in it. */
  async start<N extends AccountName>(name: N, size: AccountSize, settings: SettingsPatch = {}) {
    const { url, data } = await this.ask('start', { name, size, settings });
    return { url, data: data as DataOf<N> };
  }

  /** @throws what the emulator's process says went wrong, or that it has ended. */
  async ask<N extends EmulatorRequestName>(
    name: N,
    ask: EmulatorRequests[N]['ask'],
  ): Promise<EmulatorRequests[N]['answer']> {
    const id = (this.#lastId += 1);
    const waiting = Promise.withResolvers<unknown>();
    this.#waiting.set(id, waiting);
    this.#child.send({ id, name, ask });
    return (await waiting.promise) as EmulatorRequests[N]['answer'];
  }

  stop(): void {
    this.#child.removeAllListeners('exit');
    this.#child.kill();
  }

  #settle(reply: EmulatorReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ('problem' in reply) waiting?.reject(new Error(reply.problem));
    else waiting?.resolve(reply.answer);
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
