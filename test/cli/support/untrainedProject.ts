// The command line as a bundle, in a temporary folder with a network that nothing has trained.
import { newModel } from '../../../src/core/architectures/architectures';
import { useBundle } from '../../support/useBundle';
import { writeModel } from '../../support/sampleModels';
import { useTempFolder } from '../../support/tempFolder';
import { runCli, type CliResult } from './runCli';

export interface UntrainedProject {
  readonly temp: ReturnType<typeof useTempFolder>;
  /** Path of the command line. */
  readonly cli: () => string;
  /** Runs the command line in the folder; arguments are separated by blanks. */
  readonly run: (args: string) => Promise<CliResult>;
  /** Writes m.onnx, as `new mlp --input 1x12x12 --classes 10 --width 0.125 -o m.onnx` does. */
  readonly writeUntrained: () => Promise<void>;
}

export function useUntrainedProject(): UntrainedProject {
  const cli = useBundle('src/cli/main.ts');
  const temp = useTempFolder();
  return {
    temp,
    cli: () => cli.path,
    run: (args) => runCli(cli.path, args.split(' '), temp.path),
    writeUntrained: async () => {
      const options = { architecture: 'mlp', input: [1, 12, 12], classes: 10, width: 0.125, seed: 1 };
      await writeModel(temp.file('m.onnx'), newModel(options));
    },
  };
}
