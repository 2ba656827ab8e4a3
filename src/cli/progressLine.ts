// A line on stderr that shows how far the work is. Only a terminal gets it: in a log it would be noise.
import { formatPercent } from '../shared/base/numbers';
import { throttle } from '../shared/base/throttle';
import type { ProgressView } from '../shared/contracts/viewModels';

const intervalMs = 100;
const barWidth = 24;
const eraseLine = '\r\u001b[2K';

export interface ProgressLine extends Disposable {
  readonly show: (progress: ProgressView) => void;
}

/** Removes its line when disposed. */
export function progressLine(stream: NodeJS.WriteStream = process.stderr): ProgressLine {
  if (!stream.isTTY) return { show: () => {}, [Symbol.dispose]: () => {} };
  const held = throttle((progress: ProgressView) => {
    stream.write(eraseLine + progressText(progress).slice(0, stream.columns - 1));
  }, intervalMs);
  return {
    show: held.push,
    [Symbol.dispose]: () => {
      held.flush();
      stream.write(eraseLine);
    },
  };
}

/** Like `━━━━━━──────────────────  25%  pruning conv1`. */
export function progressText({ phase, fraction, detail = '' }: ProgressView): string {
  const done = Math.round(barWidth * fraction);
  const bar = '━'.repeat(done) + '─'.repeat(barWidth - done);
  return `${bar} ${formatPercent(fraction, 0).padStart(4)}  ${phase} ${detail}`.trimEnd();
}
