// The command line: the engine's work without an editor.
import { runCommandLine } from './commandLine';

void runCommandLine(process.argv.slice(2)).then((exitCode) => {
  // Ends also where ONNX Runtime's threads would go on; what was printed is handed over first.
  process.stdout.write('', () => process.stderr.write('', () => process.exit(exitCode)));
});
