import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** What becomes of a frozen connection: nothing is ever heard on it again, or it is reset on its next use. */
export type FreezeMode = 'silent' | 'reset';

/** A server's connections, and which of them are dead without their clients knowing: as after a client was frozen. */
export class Sockets {
  readonly #open = new Set<Socket>();
  readonly #frozen = new Map<Socket, FreezeMode>();

  watch(server: Server): void {
    server.on('connection', (socket) => {
      this.#open.add(socket);
      socket.once('close', () => {
        this.#open.delete(socket);
        this.#frozen.delete(socket);
      });
    });
  }

  get counts(): { open: number; frozen: number } {
    return { open: this.#open.size, frozen: this.#frozen.size };
  }

  /** Freezes the connections that are open now, but for one; new ones work. Returns how many. */
  freeze(mode: FreezeMode, except?: Socket): number {
    const struck = [...this.#open].filter((socket) => socket !== except);
    for (const socket of struck) {
      this.#frozen.set(socket, mode);
      // The server's own idle limit would close it, and so tell the client.
      socket.setTimeout(0);
    }
    return struck.length;
  }

  /** Does nothing for a connection that lives; for a frozen one it resolves once that is gone, to true. */
  async isLost(socket: Socket | undefined): Promise<boolean> {
    const mode = socket && this.#frozen.get(socket);
    if (!mode) return false;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    socket.once('close', () => resolve(true));
    if (mode === 'reset') socket.resetAndDestroy();
    return promise;
  }
}
