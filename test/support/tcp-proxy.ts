import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Stands between clients and a server on this machine, and can be told to fail or to lead elsewhere. */
export class TcpProxy {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #target: number;
  #mode: 'open' | 'silent' | 'closed' = 'open';

  private constructor(server: Server, port: number, target: number) {
    this.#server = server;
    this.port = port;
    this.#target = target;
    server.on('connection', (client) => this.#join(client));
  }

  /** @param target the port that it leads to. */
  static async start(target: number): Promise<TcpProxy> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    return new TcpProxy(server, typeof address === 'object' && address ? address.port : 0, target);
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Whatever is sent from now on, on connections old and new, gets lost. */
  silence(): void {
    this.#mode = 'silent';
    for (const socket of this.#sockets) socket.unpipe();
  }

  /** Connections are broken, and new ones too. */
  refuse(): void {
    this.#mode = 'closed';
    this.#cut();
  }

  /** New connections get through again; old ones are broken. */
  open(target = this.#target): void {
    this.#target = target;
    this.#mode = 'open';
    this.#cut();
  }

  close(): void {
    this.#cut();
    this.#server.close();
  }

  #cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #join(client: Socket): void {
    this.#keep(client);
    if (this.#mode === 'closed') client.destroy();
    if (this.#mode !== 'open') return;
    const server = connect(this.#target, '127.0.0.1');
    this.#keep(server);
    client.pipe(server);
    server.pipe(client);
    client.once('close', () => server.destroy());
    server.once('close', () => client.destroy());
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => this.#sockets.delete(socket));
  }
}
