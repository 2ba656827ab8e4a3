// The transports that the contract suite runs over, each as a way to a client with a peer that can be killed.
import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { build } from 'esbuild';
import { CounterweightError } from '../../../src/shared/base/errors';
import { Channel } from '../../../src/shared/contracts/channel';
import type { NoContract } from '../../../src/shared/contracts/contract';
import { childPort } from '../../../src/shared/contracts/nodePort';
import { pagePort, webviewPort } from '../../../src/shared/contracts/webviewPort';
import { memoryPorts } from '../../support/memoryPorts';
import { testHandlers, type TestContract } from './testContract';

export interface Connection {
  readonly client: Channel<TestContract, NoContract>;
  /** Ends the other side at once, without a word. */
  killPeer(): void;
  dispose(): Promise<void>;
}

export interface Transport {
  readonly name: string;
  prepare?(): Promise<void>;
  connect(): Promise<Connection>;
  cleanUp?(): Promise<void>;
}

const gone = new CounterweightError('CONNECTION_CLOSED', { reason: 'the peer was killed' });

export const transports: readonly Transport[] = [
  {
    name: 'ports in memory',
    connect: async () => {
      const ports = memoryPorts();
      const client = new Channel<TestContract, NoContract>(ports.a);
      const server = new Channel<NoContract, TestContract>(ports.b);
      server.handle(testHandlers(server));
      return {
        client,
        killPeer: () => ports.close(gone),
        dispose: async () => {
          client.dispose();
          server.dispose();
        },
      };
    },
  },
  forkTransport(),
  {
    name: 'a page and its editor over postMessage',
    connect: async () => {
      const { port1: page, port2: editor } = new MessageChannel();
      const closing = new Set<() => void>();
      const client = new Channel<TestContract, NoContract>(
        pagePort(page, {
          addEventListener: (type, listener) => page.addEventListener(type, listener as never),
          removeEventListener: (type, listener) => page.removeEventListener(type, listener as never),
        }),
      );
      page.start();
      const server = new Channel<NoContract, TestContract>(
        webviewPort(
          {
            postMessage: async (message) => {
              editor.postMessage(message);
              return true;
            },
            onDidReceiveMessage: (listener) => {
              editor.on('message', listener);
              return { dispose: () => void editor.off('message', listener) };
            },
          },
          (listener) => {
            closing.add(listener);
            return { dispose: () => void closing.delete(listener) };
          },
        ),
      );
      server.handle(testHandlers(server));
      page.on('close', () => client.close(gone));
      return {
        client,
        killPeer: () => {
          for (const listener of closing) listener();
          editor.close();
        },
        dispose: async () => {
          client.dispose();
          server.dispose();
          page.close();
        },
      };
    },
  },
];

function forkTransport(): Transport {
  let folder = '';
  const script = (): string => path.join(folder, 'server.js');
  return {
    name: 'a forked child process',
    prepare: async () => {
      folder = await mkdtemp(path.join(tmpdir(), 'counterweight-contract-'));
      await build({
        entryPoints: [path.join(import.meta.dirname, 'forkedServer.ts')],
        outfile: script(),
        bundle: true,
        platform: 'node',
        format: 'cjs',
        logLevel: 'error',
      });
    },
    connect: async () => {
      const child = fork(script(), { execArgv: [], serialization: 'advanced' });
      const client = new Channel<TestContract, NoContract>(childPort(child));
      const ended = new Promise<void>((resolve) => {
        child.on('close', () => {
          client.close(gone);
          resolve();
        });
      });
      return {
        client,
        killPeer: () => void child.kill('SIGKILL'),
        dispose: async () => {
          child.kill('SIGKILL');
          await ended;
        },
      };
    },
    cleanUp: () => rm(folder, { recursive: true, force: true }),
  };
}
