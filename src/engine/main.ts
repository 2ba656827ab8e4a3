// The engine process: a channel to the parent, and the handlers. Nothing is written to stdout; stderr is the log.
import { Channel } from '../shared/contracts/channel';
import type { NoContract } from '../shared/contracts/contract';
import type { EngineContract } from '../shared/contracts/engineContract';
import { parentPort } from '../shared/contracts/nodePort';
import { engineHandlers } from './handlers/engineHandlers';
import { pauseGate } from './pauseGate';

/** Time for aborted work to remove its files once the parent is gone. A process without work ends at once. */
const graceMs = 4_000;

const channel = new Channel<NoContract, EngineContract>(parentPort(process), {
  log: (text) => process.stderr.write(`${text}\n`),
});
channel.onClose(() => void setTimeout(() => process.exit(), graceMs).unref());
channel.handle(
  engineHandlers({
    emitProgress: (progress) => channel.emit('progress', progress),
    emitCurves: (curves) => channel.emit('curves', curves),
    emitSearch: (search) => channel.emit('search', search),
    gate: pauseGate(),
  }),
);
