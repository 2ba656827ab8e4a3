// Whether this machine computes products of 8-bit numbers exactly. x86 CPUs without VNNI add each two products of an
// unsigned and a signed byte in 16 bits and cut off what does not fit (Intel SDM, VPMADDUBSW): 255 · 127 · 2 does not,
// and with weights of 7 bits everything does.
import { readFileSync } from 'node:fs';

export type Saturation = 'exact' | 'saturates' | 'unknown';

/** What is asked of the machine. */
export interface Machine {
  readonly arch: string;
  /** The CPU's features as Linux lists them; undefined elsewhere. */
  readonly flags: readonly string[] | undefined;
}

/** The machine that this process runs on. */
export function thisMachine(): Machine {
  return { arch: process.arch, flags: linuxFlags() };
}

export function saturationOf({ arch, flags }: Machine): Saturation {
  if (arch !== 'x64' && arch !== 'ia32') return 'exact';
  if (!flags) return 'unknown';
  return flags.some((flag) => /^avx(512)?_vnni/.test(flag)) ? 'exact' : 'saturates';
}

function linuxFlags(): readonly string[] | undefined {
  try {
    const [, flags] = /^flags\s*:\s*(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8')) ?? [];
    return flags?.split(' ');
  } catch {
    return undefined;
  }
}
