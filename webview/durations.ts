// Durations as people say them: the two largest units, no more digits than anybody needs.
import * as l10n from '@vscode/l10n';

export function formatDuration(seconds: number): string {
  if (seconds < 9.95) return l10n.t('{0} s', Number(seconds.toPrecision(2)));
  const whole = Math.round(seconds);
  if (whole < 60) return l10n.t('{0} s', whole);
  if (whole < 600) return l10n.t('{0} min {1} s', Math.floor(whole / 60), whole % 60);
  const minutes = Math.round(whole / 60);
  if (minutes < 60) return l10n.t('{0} min', minutes);
  return l10n.t('{0} h {1} min', Math.floor(minutes / 60), minutes % 60);
}
